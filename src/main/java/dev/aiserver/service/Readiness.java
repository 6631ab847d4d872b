package dev.aiserver.service;

import java.util.Optional;

/** Says whether a service that runs can already be used. */
@FunctionalInterface
public interface Readiness {

    /** For services of which a running process is all that can be asked. */
    Readiness RUNNING_IS_ENOUGH = Optional::empty;

    /** Empty when the service is ready, else what is not right yet, in words that fit after "it runs, but". */
    Optional<String> problem();

    default boolean isReady() {
        return problem().isEmpty();
    }
}
