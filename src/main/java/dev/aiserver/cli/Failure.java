package dev.aiserver.cli;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Controls;

/** What a command says that ended with something thrown. */
record Failure(String sentence, int exitCode) {

    static Failure of(Throwable thrown) {
        return thrown instanceof UserError trouble
                ? new Failure(Controls.sentence(trouble.sentence()), ExitCode.of(trouble))
                : new Failure(
                        "This is a bug in aiserver, please report it: "
                                + Controls.inLine(FirstLine.of(thrown.toString())) + origin(thrown),
                        ExitCode.FAILED);
    }

    private static String origin(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }
}
