package dev.aiserver.service;

import java.util.Optional;

/** The status of a job: whether and where launchd has loaded it. */
public sealed interface JobStatus {

    /**
     * Returns launchd's report on a job that its user may control: in the desktop session, or loaded from an SSH
     * session.
     */
    default Optional<LaunchctlPrint> ofUser() {
        if (this instanceof Loaded loaded) {
            return Optional.of(loaded.print());
        }
        return this instanceof Elsewhere elsewhere && !elsewhere.domain().equals("system")
                ? Optional.of(elsewhere.print())
                : Optional.empty();
    }

    /** Loaded nowhere. */
    record Absent() implements JobStatus {}

    /** Loaded in the user's desktop session, where it belongs. */
    record Loaded(LaunchctlPrint print) implements JobStatus {}

    /**
     * Loaded in another domain: as a system daemon that some guides suggest, or from an SSH session.
     *
     * @param domain {@code user/UID} or {@code system}
     */
    record Elsewhere(String domain, LaunchctlPrint print) implements JobStatus {}
}
