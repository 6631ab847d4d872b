package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A host that refuses to write files: what observes and plans is handed this one, so that planning cannot change. */
public final class ReadOnlyHost implements Host {
    private final Host host;

    public ReadOnlyHost(Host host) {
        this.host = host;
    }

    @Override
    public Facts facts() {
        return host.facts();
    }

    @Override
    public Optional<Path> find(String program) {
        return host.find(program);
    }

    @Override
    public CommandResult run(Command command) {
        return host.run(command);
    }

    @Override
    public FileState file(Path path) {
        return host.file(path);
    }

    @Override
    public List<Path> list(Path directory) {
        return host.list(directory);
    }

    @Override
    public void write(Path path, Content content, int mode) {
        throw new IllegalStateException("planning must not write " + path);
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
