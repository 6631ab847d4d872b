package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory that files stand in.
 *
 * @param mode its permission bits when it is made; one that is there keeps its own
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
    public boolean isOurs() {
        return true;
    }

    @Override
    public int rank() {
        return 100 + path.getNameCount();
    }

    @Override
    public List<Command> byHand(Machine machine, State to) {
        return List.of(Command.of(to.equals(State.PRESENT) ? "mkdir" : "rmdir", path.toString()));
    }

    /** One that is not empty stays: what is in it is somebody's. */
    @Override
    public void converge(Machine machine, State from, State to) {
        boolean there = machine.host().file(path) instanceof FileState.Directory;
        if (to.equals(State.PRESENT) && !there) {
            machine.host().createDirectory(path, mode);
        }
        if (to.equals(State.ABSENT) && there) {
            machine.host().delete(path);
        }
    }
}
