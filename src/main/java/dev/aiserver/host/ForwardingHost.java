package dev.aiserver.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A host that changes some operations of another host and forwards the others to it. It answers reads one at a time, so
 * that each of them can be changed.
 */
public interface ForwardingHost extends Host, SingleReads {

    /** Returns the host that does the work. */
    Host delegate();

    @Override
    default HostIdentity facts() {
        return delegate().facts();
    }

    @Override
    default ProgramAudit tools() {
        return delegate().tools();
    }

    @Override
    default Answers answer(List<Read<?>> reads) {
        Answers answers = new Answers();
        reads.forEach(read -> answer(read, answers));
        return answers;
    }

    @Override
    default Host host() {
        return this;
    }

    @Override
    default Optional<Path> find(String program) {
        return delegate().ask(Query.program(program));
    }

    @Override
    default CommandResult run(Command command) {
        return delegate().run(command);
    }

    @Override
    default CommandResult query(Command command) {
        return run(command);
    }

    @Override
    default FileState file(Path path) {
        return delegate().ask(Query.file(path));
    }

    @Override
    default FileState stat(Path path) {
        return delegate().ask(Query.stat(path));
    }

    @Override
    default List<Path> list(Path directory) {
        return delegate().ask(Query.list(directory));
    }

    @Override
    default void write(Path path, Content content, int mode) {
        delegate().write(path, content, mode);
    }

    @Override
    default boolean create(Path path, Content content, int mode) {
        return delegate().create(path, content, mode);
    }

    @Override
    default boolean move(Path from, Path to) {
        return delegate().move(from, to);
    }

    @Override
    default void delete(Path path) {
        delegate().delete(path);
    }

    @Override
    default void createDirectory(Path path, int mode) {
        delegate().createDirectory(path, mode);
    }

    @Override
    default long leasePid() {
        return delegate().leasePid();
    }

    @Override
    default boolean isLocal() {
        return delegate().isLocal();
    }

    @Override
    default Socket connect(InetSocketAddress address, Duration timeout) throws IOException {
        return delegate().connect(address, timeout);
    }
}
