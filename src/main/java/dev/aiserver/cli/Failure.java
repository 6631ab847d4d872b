package dev.aiserver.cli;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Controls;
import dev.aiserver.report.ExitCode;

/** Describes an exception that ended a command: the sentence to print, and the exit code. */
record Failure(String sentence, ExitCode exitCode) {

    static Failure of(Throwable thrown) {
        return thrown instanceof UserError error
                ? new Failure(Controls.sentence(error.sentence()), ExitCode.of(error))
                : new Failure(
                        "This is a bug in aiserver. Please report it: "
                                + Controls.inLine(FirstLine.of(thrown.toString())) + origin(thrown),
                        ExitCode.FAILED);
    }

    private static String origin(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }
}
