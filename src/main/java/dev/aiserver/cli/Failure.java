package dev.aiserver.cli;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Controls;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.Json;
import dev.aiserver.report.Report;
import dev.aiserver.server.ExitCode;
import java.util.Map;
import picocli.CommandLine.ParameterException;

/** Describes an exception that ended a command: the sentence to print, and the exit code. */
record Failure(String sentence, ExitCode exitCode) {

    /** Returns the failure, and writes the exception to the log. */
    static Failure of(Throwable thrown, DebugLog debug) {
        debug.thrown(thrown);
        if (thrown instanceof UserError error) {
            return new Failure(Controls.sentence(error.sentence()), ExitCode.of(error));
        }
        if (thrown instanceof ParameterException misuse) {
            return misuse(misuse);
        }
        return new Failure(
                "This is a bug in aiserver. Please report it: " + Controls.inLine(FirstLine.of(thrown.toString()))
                        + origin(thrown),
                ExitCode.FAILED);
    }

    static Failure misuse(ParameterException misuse) {
        String sentence = Controls.inLine(String.valueOf(misuse.getMessage())).replaceFirst("\\.$", "") + ".";
        return new Failure(sentence, ExitCode.REJECTED);
    }

    private static String origin(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        return trace.length == 0 ? "" : " at " + trace[0];
    }

    Map<String, Object> document(String command) {
        return Json.failed(command, sentence);
    }

    Report report(String command) {
        return Report.failed(exitCode, command, sentence);
    }
}
