package dev.aiserver.cli;

import dev.aiserver.host.Complaint;
import dev.aiserver.host.Trouble;
import dev.aiserver.report.Controls;

/** What a command says that ended with something thrown. */
record Failure(String sentence, int exitCode) {

    static Failure of(Throwable thrown) {
        return thrown instanceof Trouble trouble
                ? new Failure(Controls.sentence(trouble.sentence()), ExitCode.of(trouble))
                : new Failure(
                        "This is a bug in aiserver, please report it: "
                                + Controls.inLine(Complaint.of(thrown.toString())) + origin(thrown),
                        ExitCode.FAILED);
    }

    private static String origin(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }
}
