package dev.aiserver;

import dev.aiserver.cli.Machines;
import dev.aiserver.host.ssh.Prompter;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import java.util.Optional;

/** Prompts you at the terminal, one prompt at a time; does not echo secrets. */
record TerminalPrompter(Console console, Machines.Terminal shared) implements Prompter {

    @Override
    public Optional<char[]> secret(String prompt) {
        synchronized (console) {
            shared.take();
            try {
                return Optional.ofNullable(System.console())
                        .map(terminal -> terminal.readPassword("%s", Controls.prompt(prompt)));
            } finally {
                shared.giveBack();
            }
        }
    }

    @Override
    public boolean confirm(String question) {
        synchronized (console) {
            shared.take();
            try {
                return console.ask(question + " [y]es, [N]o: ").orElse('n') == 'y';
            } finally {
                shared.giveBack();
            }
        }
    }
}
