package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A host that answers from memory what was foreseen, until something that goes through it may have changed the machine. */
public final class PrefetchingHost implements ForwardingHost {
    private final Host behind;
    private volatile PrefetchedAnswers foreseen;

    public PrefetchingHost(Host behind, PrefetchedAnswers foreseen) {
        this.behind = behind;
        this.foreseen = foreseen;
    }

    @Override
    public Host behind() {
        return behind;
    }

    @Override
    public Host ahead(Prefetch foresight) {
        return behind.ahead(foresight);
    }

    @Override
    public Host further(Prefetch foresight) {
        return behind.ahead(foreseen.lacking(foresight)) instanceof PrefetchingHost more
                ? new PrefetchingHost(behind, foreseen.and(more.foreseen))
                : behind;
    }

    @Override
    public Optional<Path> find(String program) {
        return foreseen.found(program).orElseGet(() -> behind.find(program));
    }

    @Override
    public FileState file(Path path) {
        return foreseen.file(path).orElseGet(() -> behind.file(path));
    }

    @Override
    public FileState stat(Path path) {
        return foreseen.stat(path).orElseGet(() -> behind.stat(path));
    }

    @Override
    public List<Path> list(Path directory) {
        return foreseen.list(directory).orElseGet(() -> behind.list(directory));
    }

    @Override
    public CommandResult run(Command command) {
        return foreseen.result(command).orElseGet(() -> changing().run(command));
    }

    @Override
    public CommandResult look(Command command) {
        return foreseen.result(command).orElseGet(() -> behind.look(command));
    }

    @Override
    public void write(Path path, Content content, int mode) {
        changing().write(path, content, mode);
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return changing().create(path, content, mode);
    }

    @Override
    public boolean move(Path from, Path to) {
        return changing().move(from, to);
    }

    @Override
    public void delete(Path path) {
        changing().delete(path);
    }

    @Override
    public void createDirectory(Path path, int mode) {
        changing().createDirectory(path, mode);
    }

    @Override
    public List<CommandResult> runAll(List<Command> commands) {
        return changing().runAll(commands);
    }

    @Override
    public void changeAll(List<FileChange> changes, Consumer<Boolean> made) {
        changing().changeAll(changes, made);
    }

    /** Everything is forgotten, because a link can make one path another's and a command can do anything. */
    private Host changing() {
        foreseen = new PrefetchedAnswers();
        return behind;
    }
}
