package dev.aiserver.report;

import dev.aiserver.server.ExitCode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A result as it is shown: by a command on one host, or as part of the results of several hosts.
 *
 * @param reason why the command did not succeed, in one line; empty if it succeeded or does not know why not
 * @param notices about the result, for standard error; empty if there are none
 * @param details what a console has already shown line by line while the command ran
 * @param text the rest for standard output
 * @param document instead of the text, for programs; empty if the result has none
 */
public record Report(
        ExitCode exitCode,
        String reason,
        String notices,
        String details,
        String text,
        Optional<Supplier<Map<String, Object>>> document) {

    /** Returns a report of the text alone. */
    public static Report of(ExitCode exitCode, String text) {
        return new Report(exitCode, "", "", "", text, Optional.empty());
    }

    /** Returns a report of a text, and of the document that takes its place for programs. */
    public static Report of(ExitCode exitCode, String text, Supplier<Map<String, Object>> document) {
        return new Report(exitCode, "", "", "", text, Optional.of(document));
    }

    /** Returns the report of changes that you did not confirm. */
    static Report declined() {
        return of(ExitCode.FAILED, "").noticing("Nothing was changed.");
    }

    /** Returns the report of a command that ended with an error. */
    public static Report failed(ExitCode exitCode, String command, String sentence) {
        return of(exitCode, "", () -> Json.failed(command, sentence))
                .noticing("aiserver: " + sentence)
                .because(sentence);
    }

    /** Returns this report with the reason why the command did not succeed. */
    public Report because(String why) {
        return new Report(exitCode, why, notices, details, text, document);
    }

    /** Returns this report with notices for standard error. */
    public Report noticing(String said) {
        return new Report(exitCode, reason, said, details, text, document);
    }

    /** Returns this report with the details that a console has already shown. */
    public Report after(String shown) {
        return new Report(exitCode, reason, notices, shown, text, document);
    }

    /** Returns the report of a command that was not even started, which no document describes. */
    public Report withoutDocument() {
        return new Report(exitCode, reason, notices, details, text, Optional.empty());
    }

    /** Returns whether the command succeeded and found nothing wrong. */
    public boolean isGood() {
        return exitCode == ExitCode.DONE;
    }

    /**
     * Prints the report, without the details.
     *
     * @param json whether to print the document instead of the text, if there is one
     */
    public void print(Console console, boolean json) {
        if (!notices.isEmpty()) {
            console.notice(notices);
        }
        console.print(document.filter(any -> json)
                .map(fields -> Json.text(fields.get()))
                .orElse(text));
    }
}
