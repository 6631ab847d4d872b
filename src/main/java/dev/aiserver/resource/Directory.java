package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
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
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(Command.of(to.equals(State.PRESENT) ? "mkdir" : "rmdir", path.toString()));
    }

    /** Keeps a directory that is not empty, because its files belong to someone else. */
    @Override
    public void accept(Visitor visitor) {
        visitor.directory(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        fileChange(machine, to).ifPresent(change -> change.make(machine.host()));
    }

    @Override
    public Optional<FileChange> fileChange(Machine machine, State to) {
        boolean exists = machine.host().file(path) instanceof FileState.Directory;
        if (exists == to.equals(State.PRESENT)) {
            return Optional.empty();
        }
        return Optional.of(exists ? new FileChange.Delete(path) : new FileChange.CreateDirectory(path, mode));
    }
}
