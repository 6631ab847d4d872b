package dev.aiserver.service;

import java.util.Optional;

/** Tells whether a running service can already be used. */
@FunctionalInterface
public interface Readiness {

    /** Counts every running service as ready, for services without another sign of readiness. */
    Readiness RUNNING_IS_ENOUGH = Optional::empty;

    /** Returns empty when the service is ready, else what is missing, in words that fit after "it is running, but". */
    Optional<String> problem();

    default boolean isReady() {
        return problem().isEmpty();
    }
}
