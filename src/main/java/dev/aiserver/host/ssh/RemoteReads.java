package dev.aiserver.host.ssh;

import dev.aiserver.host.Answers;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Turns reads into the scripts of one batch, and the results of the scripts into answers. */
final class RemoteReads implements Read.Kinds {
    private final List<RemoteScript<?>> scripts = new ArrayList<>();
    private final List<Section<?>> sections = new ArrayList<>();
    private Duration longest = Duration.ZERO;

    /**
     * Builds the scripts. Files come last, because they may be large.
     *
     * @param reads different reads
     */
    RemoteReads(List<Read<?>> reads) {
        reads.stream().filter(read -> !(read instanceof Read.File)).forEach(read -> read.by(this));
        reads.stream().filter(Read.File.class::isInstance).forEach(read -> read.by(this));
    }

    /**
     * A read and its scripts in the batch.
     *
     * @param from index of its first script
     * @param to index after its last script
     * @param answer reads their results; empty when they do not answer the read
     */
    private record Section<T>(Read<T> read, int from, int to, Function<List<CommandResult>, Optional<T>> answer) {

        void collect(List<CommandResult> results, Answers answers) {
            List<CommandResult> own = results.subList(from, to);
            answers.addIfPresent(read, () -> answer.apply(own));
        }
    }

    private <T> void add(Read<T> read, RemoteScript<T> script) {
        scripts.add(script);
        sections.add(new Section<>(
                read,
                scripts.size() - 1,
                scripts.size(),
                results -> Optional.of(script.answer().apply(results.get(0)))));
    }

    @Override
    public void file(Read.File read) {
        add(read, RemoteFiles.file(read.path()));
    }

    @Override
    public void stat(Read.Stat read) {
        add(read, RemoteFiles.stat(read.path()));
    }

    @Override
    public void listing(Read.Listing read) {
        add(read, RemoteFiles.list(read.directory()));
    }

    @Override
    public void program(Read.Program read) {
        add(read, Shell.find(read.name()));
    }

    @Override
    public void commands(Read.Commands read) {
        int from = scripts.size();
        for (Command command : read.commands()) {
            RemoteScript<CommandResult> script = Shell.run(command);
            scripts.add(scripts.size() == from ? script : Shell.unlessSucceeded(script));
            longest = longest.compareTo(command.timeout()) < 0 ? command.timeout() : longest;
        }
        sections.add(new Section<>(read, from, scripts.size(), RemoteReads::untilOneSucceeded));
    }

    /** An exchange has no script. */
    @Override
    public <T> void exchange(Read.Exchange<T> read) {}

    /** Returns empty when a command must run again on its own: it was killed, or its exit code is that of a skipped one. */
    private static Optional<List<CommandResult>> untilOneSucceeded(List<CommandResult> results) {
        List<CommandResult> ran = new ArrayList<>();
        for (CommandResult result : results) {
            if (result.wasKilled() || result.exitCode() == Shell.NOT_RUN) {
                return Optional.empty();
            }
            ran.add(result);
            if (result.succeeded()) {
                break;
            }
        }
        return Optional.of(ran);
    }

    List<RemoteScript<?>> scripts() {
        return scripts;
    }

    /** Returns the longest timeout of a command. */
    Duration longestTimeout() {
        return longest;
    }

    /**
     * Adds the answers of the reads that the batch answered.
     *
     * @param results of the first scripts, as many as were received
     */
    void collect(List<CommandResult> results, Answers answers) {
        sections.stream()
                .filter(section -> section.to() <= results.size())
                .forEach(section -> section.collect(results, answers));
    }
}
