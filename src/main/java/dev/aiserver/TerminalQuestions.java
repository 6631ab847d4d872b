package dev.aiserver;

import dev.aiserver.host.ssh.Questions;
import dev.aiserver.report.Console;
import java.util.Optional;

/** Asks the person at the terminal, one question at a time; what is secret is not shown while it is typed. */
record TerminalQuestions(Console console) implements Questions {

    @Override
    public Optional<char[]> secret(String prompt) {
        synchronized (console) {
            return Optional.ofNullable(System.console()).map(terminal -> terminal.readPassword("%s", prompt));
        }
    }

    @Override
    public boolean confirm(String question) {
        synchronized (console) {
            return console.ask(question + " [y]es, [N]o: ").orElse('n') == 'y';
        }
    }
}
