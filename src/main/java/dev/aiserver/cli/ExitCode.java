package dev.aiserver.cli;

import dev.aiserver.host.UserError;

/** The exit codes of every command; of several hosts, the highest. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int FINDINGS = 3;
    static final int ROLLED_BACK = 4;
    static final int STUCK = 5;
    static final int UNREACHABLE = 6;
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int of(UserError trouble) {
        return switch (trouble.kind()) {
            case FAILED, REFUSED, DAMAGED -> FAILED;
            case CONFIGURATION -> USAGE;
            case UNREACHABLE -> UNREACHABLE;
            case INTERRUPTED -> INTERRUPTED;
        };
    }
}
