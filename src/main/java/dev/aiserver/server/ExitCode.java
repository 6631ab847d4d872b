package dev.aiserver.server;

import dev.aiserver.host.UserError;
import java.util.Arrays;

/** Lists the exit codes. Each has one meaning for every command; for several hosts, the highest one is used. */
public enum ExitCode {
    DONE(0, "done, or nothing to do"),
    FAILED(1, "failed"),
    REJECTED(2, "invalid usage or configuration"),
    FINDINGS(3, "findings: failed checks, an unhealthy server, or pending changes"),
    ROLLED_BACK(4, "failed and rolled back"),
    ROLLBACK_INCOMPLETE(5, "failed, rollback incomplete"),
    UNREACHABLE(6, "unreachable"),
    INTERRUPTED(130, "interrupted");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** Returns the number that the process exits with. */
    public int code() {
        return code;
    }

    /** Returns the line of the help that explains the code. */
    public String meaning() {
        return meaning;
    }

    /** Returns the exit code with this number, {@link #FAILED} if there is none. */
    public static ExitCode of(int code) {
        return Arrays.stream(values())
                .filter(each -> each.code == code)
                .findFirst()
                .orElse(FAILED);
    }

    /** Returns the exit code of a command that ended with this error. */
    public static ExitCode of(UserError error) {
        return switch (error.kind()) {
            case FAILED, REFUSED, DAMAGED -> FAILED;
            case CONFIGURATION -> REJECTED;
            case UNREACHABLE -> UNREACHABLE;
            case INTERRUPTED -> INTERRUPTED;
        };
    }
}
