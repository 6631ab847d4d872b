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

/** Builds the scripts of a prefetch and collects their answers. */
final class RemotePrefetch {
    private final List<RemoteScript<?>> scripts = new ArrayList<>();
    private final List<Consumer<CommandResult>> readers = new ArrayList<>();
    private final PrefetchedAnswers prefetched = new PrefetchedAnswers();
    private Duration longest = Duration.ZERO;

    RemotePrefetch(Prefetch prefetch) {
        Set<Command> asked = new HashSet<>();
        for (Path directory : prefetch.directories()) {
            add(RemoteFiles.list(directory), entries -> prefetched.list(directory, entries));
        }
        for (String program : prefetch.programs()) {
            add(Shell.find(program), path -> prefetched.found(program, path));
        }
        for (List<Command> alternatives : prefetch.alternatives()) {
            List<Command> known =
                    alternatives.stream().filter(PrefetchedAnswers::canPrefetch).toList();
            addAlternatives(known);
            asked.addAll(known);
        }
        for (Command command : prefetch.commands()) {
            if (PrefetchedAnswers.canPrefetch(command) && asked.add(command)) {
                add(Shell.run(command), command);
            }
        }
        for (Path path : prefetch.stats()) {
            add(RemoteFiles.stat(path), state -> prefetched.stat(path, state));
        }
        // Files come last, because they may be large.
        for (Path path : prefetch.files()) {
            add(RemoteFiles.file(path), state -> prefetched.file(path, state));
        }
    }

    private void addAlternatives(List<Command> alternatives) {
        for (int i = 0; i < alternatives.size(); i++) {
            RemoteScript<CommandResult> script = Shell.run(alternatives.get(i));
            add(i == 0 ? script : Shell.unlessSucceeded(script), alternatives.get(i));
        }
    }

    private void add(RemoteScript<CommandResult> script, Command command) {
        add(script, result -> {
            // A command that was killed runs again when its result is needed.
            if (result.exitCode() != Shell.NOT_RUN && !result.wasKilled()) {
                prefetched.result(command, result);
            }
        });
        longest = longest.compareTo(command.timeout()) < 0 ? command.timeout() : longest;
    }

    private <T> void add(RemoteScript<T> script, Consumer<T> memory) {
        scripts.add(script);
        readers.add(result -> memory.accept(script.answer().apply(result)));
    }

    List<RemoteScript<?>> scripts() {
        return scripts;
    }

    /**
     * Returns the longest timeout of a command. A query that a slow command leaves unanswered runs again on its own.
     */
    Duration longestTimeout() {
        return longest;
    }

    /**
     * Collects the answers.
     *
     * @param answers of the first scripts, as many as were received
     */
    PrefetchedAnswers read(List<CommandResult> answers) {
        for (int i = 0; i < answers.size(); i++) {
            try {
                readers.get(i).accept(answers.get(i));
            } catch (UserError e) {
                // The query runs again when it is needed and reports its error then.
                continue;
            }
        }
        return prefetched;
    }
}
