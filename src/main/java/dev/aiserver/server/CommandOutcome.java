package dev.aiserver.server;

/** Lists the values of {@code outcome} in the JSON documents, each with the exit code that comes with it. */
public enum CommandOutcome {
    /** Comes from {@code plan}, and from {@code --dry-run}: there are changes, and none was made. */
    PLANNED(ExitCode.DONE),
    UNCHANGED(ExitCode.DONE),
    INSTALLED(ExitCode.DONE),
    UNINSTALLED(ExitCode.DONE),
    /** Comes from {@code verify --list}. */
    LISTED(ExitCode.DONE),
    VERIFIED(ExitCode.DONE),
    /** Every check was skipped. */
    NOTHING_VERIFIED(ExitCode.DONE),
    NOT_VERIFIED(ExitCode.FINDINGS),
    HEALTHY(ExitCode.DONE),
    UNHEALTHY(ExitCode.FINDINGS),
    WARMED(ExitCode.DONE),
    EVICTED(ExitCode.FINDINGS),
    /** Comes from {@code support-bundle}. */
    WRITTEN(ExitCode.DONE),
    /** Every host is done. */
    DONE(ExitCode.DONE),
    /** At least one host is not done; the exit code is the highest of the hosts. */
    NOT_DONE(ExitCode.FAILED),
    FAILED(ExitCode.FAILED),
    ROLLED_BACK(ExitCode.ROLLED_BACK),
    ROLLBACK_INCOMPLETE(ExitCode.ROLLBACK_INCOMPLETE),
    CONNECTION_LOST(ExitCode.UNREACHABLE),
    INTERRUPTED(ExitCode.INTERRUPTED);

    private final ExitCode exitCode;

    CommandOutcome(ExitCode exitCode) {
        this.exitCode = exitCode;
    }

    /** Returns the exit code, unless checks that failed, a report that cannot be written or an option asks for another. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
