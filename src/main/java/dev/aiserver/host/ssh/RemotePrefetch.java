package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.PrefetchedAnswers;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The questions of a foresight, and what becomes of their answers. */
final class RemotePrefetch {
    private final List<RemoteScript<?>> questions = new ArrayList<>();
    private final List<Consumer<CommandResult>> readers = new ArrayList<>();
    private final PrefetchedAnswers foreseen = new PrefetchedAnswers();
    private Duration longest = Duration.ZERO;

    RemotePrefetch(Prefetch foresight) {
        Set<Command> asked = new HashSet<>();
        for (Path directory : foresight.directories()) {
            add(RemoteFiles.list(directory), entries -> foreseen.list(directory, entries));
        }
        for (String program : foresight.programs()) {
            add(Shell.find(program), path -> foreseen.found(program, path));
        }
        for (List<Command> alternatives : foresight.alternatives()) {
            List<Command> known =
                    alternatives.stream().filter(PrefetchedAnswers::canKnow).toList();
            addAlternatives(known);
            asked.addAll(known);
        }
        for (Command command : foresight.commands()) {
            if (PrefetchedAnswers.canKnow(command) && asked.add(command)) {
                add(Shell.run(command), command);
            }
        }
        for (Path path : foresight.stats()) {
            add(RemoteFiles.stat(path), state -> foreseen.stat(path, state));
        }
        // They come last, because they may be large.
        for (Path path : foresight.files()) {
            add(RemoteFiles.file(path), state -> foreseen.file(path, state));
        }
    }

    private void addAlternatives(List<Command> alternatives) {
        for (int i = 0; i < alternatives.size(); i++) {
            RemoteScript<CommandResult> question = Shell.run(alternatives.get(i));
            add(i == 0 ? question : Shell.unlessAnswered(question), alternatives.get(i));
        }
    }

    private void add(RemoteScript<CommandResult> question, Command command) {
        add(question, result -> {
            // What was killed is asked again when it is needed.
            if (result.exitCode() != Shell.NOT_ASKED && !result.wasKilled()) {
                foreseen.result(command, result);
            }
        });
        longest = longest.compareTo(command.timeout()) < 0 ? command.timeout() : longest;
    }

    private <T> void add(RemoteScript<T> question, Consumer<T> memory) {
        questions.add(question);
        readers.add(result -> memory.accept(question.answer().apply(result)));
    }

    List<RemoteScript<?>> questions() {
        return questions;
    }

    /** The longest time limit of a command; what a slow one leaves unanswered is asked again by itself. */
    Duration ofOneCommand() {
        return longest;
    }

    /** @param answers to the first questions, as many as there are */
    PrefetchedAnswers read(List<CommandResult> answers) {
        for (int i = 0; i < answers.size(); i++) {
            try {
                readers.get(i).accept(answers.get(i));
            } catch (UserError e) {
                // It is asked again when it is needed, and told then.
                continue;
            }
        }
        return foreseen;
    }
}
