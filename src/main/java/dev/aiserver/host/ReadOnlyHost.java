package dev.aiserver.host;

import java.nio.file.Path;

/**
 * A host that rejects all file changes. Code that observes and plans gets this one, so that planning cannot change
 * anything. Commands run on it are read-only.
 */
public record ReadOnlyHost(Host delegate) implements ForwardingHost {

    @Override
    public Host prefetch(Prefetch prefetch) {
        return new ReadOnlyHost(delegate.prefetch(prefetch));
    }

    @Override
    public Host prefetchMore(Prefetch prefetch) {
        return new ReadOnlyHost(delegate.prefetchMore(prefetch));
    }

    @Override
    public CommandResult run(Command command) {
        return delegate.query(command);
    }

    @Override
    public FileState stat(Path path) {
        return delegate.stat(path);
    }

    @Override
    public void write(Path path, Content content, int mode) {
        throw new IllegalStateException("planning must not write " + path);
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        throw new IllegalStateException("planning must not create " + path);
    }

    @Override
    public boolean move(Path from, Path to) {
        throw new IllegalStateException("planning must not move " + from);
    }

    @Override
    public void delete(Path path) {
        throw new IllegalStateException("planning must not delete " + path);
    }

    @Override
    public void createDirectory(Path path, int mode) {
        throw new IllegalStateException("planning must not create " + path);
    }
}
