package dev.aiserver.service;

import java.util.Optional;

/** Whether and where launchd knows a label. */
public sealed interface JobStatus {

    /** What launchd says of a job that its user may control: in the desktop session, or loaded from an SSH session. */
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
     * Loaded, but in another domain: by a guide's system daemon, or from an SSH session.
     *
     * @param domain {@code user/UID} or {@code system}
     */
    record Elsewhere(String domain, LaunchctlPrint print) implements JobStatus {}
}
