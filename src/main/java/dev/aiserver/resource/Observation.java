package dev.aiserver.resource;

import dev.aiserver.host.Content;
import java.util.Optional;

/**
 * The actual state of a resource.
 *
 * @param content of a file, so that it can be restored
 */
public record Observation(State state, Optional<Content> content) {

    static Observation of(State state) {
        return new Observation(state, Optional.empty());
    }
}
