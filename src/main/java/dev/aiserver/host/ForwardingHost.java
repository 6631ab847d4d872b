package dev.aiserver.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A host that does something otherwise than the one behind it, and leaves the rest to that one. */
public interface ForwardingHost extends Host {

    Host behind();

    @Override
    default HostIdentity facts() {
        return behind().facts();
    }

    @Override
    default ProgramAudit tools() {
        return behind().tools();
    }

    @Override
    default Optional<Path> find(String program) {
        return behind().find(program);
    }

    @Override
    default CommandResult run(Command command) {
        return behind().run(command);
    }

    @Override
    default FileState file(Path path) {
        return behind().file(path);
    }

    @Override
    default FileState stat(Path path) {
        return behind().stat(path);
    }

    @Override
    default List<Path> list(Path directory) {
        return behind().list(directory);
    }

    @Override
    default void write(Path path, Content content, int mode) {
        behind().write(path, content, mode);
    }

    @Override
    default boolean create(Path path, Content content, int mode) {
        return behind().create(path, content, mode);
    }

    @Override
    default boolean move(Path from, Path to) {
        return behind().move(from, to);
    }

    @Override
    default void delete(Path path) {
        behind().delete(path);
    }

    @Override
    default void createDirectory(Path path, int mode) {
        behind().createDirectory(path, mode);
    }

    @Override
    default long presence() {
        return behind().presence();
    }

    @Override
    default boolean isHere() {
        return behind().isHere();
    }

    @Override
    default Socket connect(InetSocketAddress there, Duration timeout) throws IOException {
        return behind().connect(there, timeout);
    }
}
