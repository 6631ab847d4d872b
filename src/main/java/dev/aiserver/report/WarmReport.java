package dev.aiserver.report;

import dev.aiserver.server.WarmEvent;
import java.util.function.Consumer;

/** Tells of downloads and loads while they go on; after it is closed, it says nothing more. */
public interface WarmReport extends Consumer<WarmEvent>, AutoCloseable {

    @Override
    default void close() {}
}
