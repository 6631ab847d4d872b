package dev.aiserver.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** This machine, used as the user with the given environment. */
public final class LocalHost implements Host, SingleReads {

    private final Map<String, String> environment;
    private final List<Path> searchPath;
    private final LocalFiles files = new LocalFiles();
    private final CommandTrace trace;
    private @Nullable HostIdentity facts;
    private @Nullable ProgramAudit tools;

    /**
     * Creates the host.
     *
     * @param environment of the user; its {@code PATH} and {@code HOME} decide, not the JVM's
     */
    public LocalHost(Map<String, String> environment) {
        this(environment, CommandTrace.OFF);
    }

    /**
     * Creates the host.
     *
     * @param trace receives each command that has ended
     */
    public LocalHost(Map<String, String> environment, CommandTrace trace) {
        Set<String> directories =
                new LinkedHashSet<>(List.of(environment.getOrDefault("PATH", "").split(":")));
        directories.addAll(Host.DEFAULT_DIRECTORIES);
        directories.removeIf(directory -> !directory.startsWith("/"));
        this.searchPath = directories.stream().map(Path::of).toList();
        this.environment = new HashMap<>(environment);
        this.environment.put("PATH", String.join(":", directories));
        this.environment.put("LC_ALL", "C");
        this.trace = trace;
    }

    @Override
    public synchronized HostIdentity facts() {
        if (facts == null) {
            CommandResult answer = run(HostIdentity.command());
            facts = HostIdentity.read(answer);
            tools = ProgramAudit.read(answer.text(), facts);
        }
        return facts;
    }

    @Override
    public synchronized ProgramAudit tools() {
        facts();
        return requireNonNull(tools);
    }

    @Override
    public Answers answer(List<Read<?>> reads) {
        Answers answers = new Answers();
        reads.forEach(read -> answer(read, answers));
        return answers;
    }

    @Override
    public Optional<Path> find(String program) {
        Stream<Path> first =
                SYSTEM_TOOLS.contains(program) ? SYSTEM_DIRECTORIES.stream().map(Path::of) : Stream.empty();
        return Stream.concat(first, searchPath.stream())
                .map(directory -> directory.resolve(program))
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }

    @Override
    public Host host() {
        return this;
    }

    @Override
    public CommandResult query(Command command) {
        return run(command);
    }

    @Override
    public CommandResult run(Command command) {
        long start = System.nanoTime();
        CommandResult result = execute(command);
        trace.ended(command.toString(), result.exitCode(), Duration.ofNanos(System.nanoTime() - start));
        return result;
    }

    private CommandResult execute(Command command) {
        // Java looks programs up on the JVM's own PATH, not on the PATH that the child gets.
        Optional<Path> program =
                command.program().contains("/") ? Optional.of(Path.of(command.program())) : find(command.program());
        if (program.isEmpty()) {
            return CommandResult.of(CommandResult.NOT_FOUND, "", command.program() + ": not found");
        }
        Map<String, String> childEnvironment = new HashMap<>(environment);
        childEnvironment.putAll(command.environment());
        return new LocalProcess(command).run(program.get(), childEnvironment);
    }

    @Override
    public FileState file(Path path) {
        return files.file(path);
    }

    @Override
    public FileState stat(Path path) {
        return files.stat(path);
    }

    @Override
    public List<Path> list(Path directory) {
        return files.list(directory);
    }

    @Override
    public void write(Path path, Content content, int mode) {
        files.write(path, content, mode);
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return files.create(path, content, mode);
    }

    @Override
    public boolean move(Path from, Path to) {
        return files.move(from, to);
    }

    @Override
    public void delete(Path path) {
        files.delete(path);
    }

    @Override
    public void createDirectory(Path path, int mode) {
        files.createDirectory(path, mode);
    }

    @Override
    public long leasePid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public Socket connect(InetSocketAddress address, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(address.getHostString(), address.getPort()),
                    Math.toIntExact(timeout.toMillis()));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
