package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A host that answers from prefetched answers until an operation through it may have changed the machine. */
public final class PrefetchingHost implements ForwardingHost {
    private final Host delegate;
    private volatile PrefetchedAnswers prefetched;

    public PrefetchingHost(Host delegate, PrefetchedAnswers prefetched) {
        this.delegate = delegate;
        this.prefetched = prefetched;
    }

    @Override
    public Host delegate() {
        return delegate;
    }

    @Override
    public Host prefetch(Prefetch prefetch) {
        return delegate.prefetch(prefetch);
    }

    @Override
    public Host prefetchMore(Prefetch prefetch) {
        return delegate.prefetch(prefetched.missingFrom(prefetch)) instanceof PrefetchingHost more
                ? new PrefetchingHost(delegate, prefetched.and(more.prefetched))
                : delegate;
    }

    @Override
    public Optional<Path> find(String program) {
        return prefetched.found(program).orElseGet(() -> delegate.find(program));
    }

    @Override
    public FileState file(Path path) {
        return prefetched.file(path).orElseGet(() -> delegate.file(path));
    }

    @Override
    public FileState stat(Path path) {
        return prefetched.stat(path).orElseGet(() -> delegate.stat(path));
    }

    @Override
    public List<Path> list(Path directory) {
        return prefetched.list(directory).orElseGet(() -> delegate.list(directory));
    }

    @Override
    public CommandResult run(Command command) {
        return prefetched.result(command).orElseGet(() -> forgetAll().run(command));
    }

    @Override
    public CommandResult query(Command command) {
        return prefetched.result(command).orElseGet(() -> delegate.query(command));
    }

    @Override
    public void write(Path path, Content content, int mode) {
        forgetAll().write(path, content, mode);
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return forgetAll().create(path, content, mode);
    }

    @Override
    public boolean move(Path from, Path to) {
        return forgetAll().move(from, to);
    }

    @Override
    public void delete(Path path) {
        forgetAll().delete(path);
    }

    @Override
    public void createDirectory(Path path, int mode) {
        forgetAll().createDirectory(path, mode);
    }

    @Override
    public List<CommandResult> runAll(List<Command> commands) {
        return forgetAll().runAll(commands);
    }

    @Override
    public void changeAll(List<FileChange> changes, Consumer<Boolean> onDone) {
        forgetAll().changeAll(changes, onDone);
    }

    /** Discards all answers: through a link one path can change another, and a command can change anything. */
    private Host forgetAll() {
        prefetched = new PrefetchedAnswers();
        return delegate;
    }
}
