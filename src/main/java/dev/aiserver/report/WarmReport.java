package dev.aiserver.report;

import dev.aiserver.models.WarmEvent;
import java.util.function.Consumer;

/** Reports downloads and loads while they run; reports nothing after it is closed. */
public interface WarmReport extends Consumer<WarmEvent>, AutoCloseable {

    @Override
    default void close() {}
}
