package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A directory for other resources.
 *
 * @param mode the permission bits of a new directory; an existing directory keeps its own
 */
public record Directory(Path path, int mode) implements Resource {

    @Override
    public String id() {
        return "directory:" + path;
    }

    @Override
    public String name() {
        return path + "/";
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public int rank() {
        return 100 + path.getNameCount();
    }

    @Override
    public Verb verb(State from, State to) {
        return Verb.ofThing(from, to);
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return Query.file(path).then(state -> {
            if (state instanceof FileState.Absent) {
                return Query.of(Observation.of(State.ABSENT));
            }
            if (state instanceof FileState.Directory) {
                return Query.of(Observation.of(State.PRESENT));
            }
            if (state instanceof FileState.Other other && other.isLink()) {
                return Query.stat(path.resolve(".")).map(target -> linked(target, host));
            }
            throw new UserError(path + " is not a directory, but one is needed there. Move it away, then try again.");
        });
    }

    /** Accepts links because people keep such folders in a dotfiles repository or on another disk. */
    private Observation linked(FileState target, ObservedHost host) {
        if (target instanceof FileState.Directory directory
                && directory.owner() == host.identity().uid()) {
            return Observation.of(State.PRESENT);
        }
        throw new UserError(
                path + " is a symbolic link that does not point to a folder that you own. Point it to one, or "
                        + "move it away, then try again.");
    }

    @Override
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(Command.of(to.equals(State.PRESENT) ? "mkdir" : "rmdir", path.toString()));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.directory(this);
    }

    /** Keeps a directory that is not empty, because its files belong to someone else. */
    @Override
    public void converge(Machine machine, State from, State to) {
        fileChange(machine, machine.host().ask(Query.file(path)), to).ifPresent(change -> change.make(machine.host()));
    }

    @Override
    public Optional<FileChange> fileChange(Machine machine, FileState now, State to) {
        boolean exists = now instanceof FileState.Directory;
        if (exists == to.equals(State.PRESENT)) {
            return Optional.empty();
        }
        return Optional.of(exists ? new FileChange.Delete(path) : new FileChange.CreateDirectory(path, mode));
    }
}
