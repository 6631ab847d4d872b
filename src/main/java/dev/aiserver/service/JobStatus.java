package dev.aiserver.service;

/** Whether and where launchd knows a label. */
public sealed interface JobStatus {

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
