package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
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

    /** Returns whether the file's content and mode match the state. Anything but a regular file counts as absent. */
    public boolean isAs(State state, Host host) {
        State now = host.file(path) instanceof FileState.Regular regular ? State.File.of(regular) : State.ABSENT;
        return now.equals(state);
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
    public Optional<FileChange> fileChange(Machine machine, State to) {
        return Optional.of(
                to instanceof State.File file
                        ? machine.staging().moveIntoPlace(path, file)
                        : new FileChange.Delete(path));
    }

    @Override
    public void accept(Visitor visitor) {
        visitor.file(this);
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
