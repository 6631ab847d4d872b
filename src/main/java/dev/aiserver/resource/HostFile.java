package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A regular file, replaced or removed as a whole. */
public record HostFile(Path path) implements Resource {

    @Override
    public String id() {
        return "file:" + path;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public int rank() {
        return 1000;
    }

    /** Asks whether the file's content and mode match the state. Anything but a regular file counts as absent. */
    public Query<Boolean> isAs(State state) {
        return Query.file(path).map(now -> isAs(state, now));
    }

    /** Returns whether a path in this state matches the file's. */
    public static boolean isAs(State state, FileState now) {
        State found = now instanceof FileState.Regular regular ? State.File.of(regular) : State.ABSENT;
        return found.equals(state);
    }

    @Override
    public Verb verb(State from, State to) {
        return Verb.ofThing(from, to);
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return Query.file(path).map(this::observed);
    }

    private Observation observed(FileState state) {
        if (state instanceof FileState.Absent) {
            return Observation.of(State.ABSENT);
        }
        if (state instanceof FileState.Regular regular) {
            return new Observation(State.File.of(regular), Optional.of(regular.content()));
        }
        String kind = state instanceof FileState.Other other ? other.kind() : "directory";
        throw new UserError(
                path + " is a " + kind + ", but a regular file is needed there. Move it away, then try again.");
    }

    @Override
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(
                to instanceof State.File file
                        ? Command.of(
                                "cp", "-p", machine.staging().place(path, file).toString(), path.toString())
                        : Command.of("rm", path.toString()));
    }

    @Override
    public Optional<FileChange> fileChange(Machine machine, FileState now, State to) {
        return Optional.of(
                to instanceof State.File file
                        ? machine.staging().moveIntoPlace(path, file)
                        : new FileChange.Delete(path));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.file(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        if (to instanceof State.File file) {
            machine.staging().install(path, file);
        } else {
            machine.host().delete(path);
        }
    }
}
