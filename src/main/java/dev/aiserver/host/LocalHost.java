package dev.aiserver.host;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.apache.commons.exec.Executor;
import org.apache.commons.exec.ProcessDestroyer;
import org.jspecify.annotations.Nullable;

/** This machine, used as the user with the given environment. */
public final class LocalHost implements Host, SingleReads {

    private static final Duration WAIT_FOR_ORPHANED_OUTPUT = Duration.ofSeconds(1);

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
        CommandLine line = new CommandLine(program.get().toFile());
        // Arguments are passed as variables, because the library strips white space from plain arguments.
        Map<String, String> arguments = new HashMap<>();
        for (int i = 1; i < command.argv().size(); i++) {
            arguments.put("argument" + i, command.argv().get(i));
            line.addArgument("${argument" + i + "}", false);
        }
        line.setSubstitutionMap(arguments);
        Map<String, String> childEnvironment = new HashMap<>(environment);
        childEnvironment.putAll(command.environment());

        Deadline deadline = new Deadline(command.timeout());
        Streams streams = new Streams(command.stdin().bytes(), deadline);
        DefaultExecutor executor = DefaultExecutor.builder().get();
        executor.setStreamHandler(streams);
        executor.setProcessDestroyer(deadline);
        executor.setExitValues(null);
        try {
            int exitCode = executor.execute(line, childEnvironment);
            if (exitCode == Executor.INVALID_EXITVALUE && !deadline.expired && !deadline.outputExceeded) {
                // The library has cleared the interrupt flag; set it again so that the next wait ends at once.
                Thread.currentThread().interrupt();
                throw new UserError(
                        UserError.Kind.INTERRUPTED,
                        "\"" + command + "\" was stopped because aiserver was interrupted.");
            }
            byte[] stdout = streams.stdout.take();
            byte[] stderr = streams.stderr.take();
            return new CommandResult(deadline.exitCode(exitCode), stdout, stderr);
        } catch (IOException e) {
            return CommandResult.of(CommandResult.NOT_FOUND, "", command.program() + ": cannot be run");
        }
    }

    /**
     * Kills a process and its descendants at the time or output limit. The library's watchdog would leave the
     * descendants.
     */
    private static final class Deadline implements ProcessDestroyer {
        private final Duration limit;
        private volatile @Nullable Process running;
        private volatile boolean expired;
        private volatile boolean outputExceeded;

        Deadline(Duration limit) {
            this.limit = limit;
        }

        @Override
        public boolean add(Process process) {
            running = process;
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        if (process.isAlive()) {
                            expired = true;
                            kill(process);
                        }
                    });
            return true;
        }

        /** Kills the process because it printed more than allowed. */
        void outputExceeded() {
            outputExceeded = true;
            Process process = running;
            if (process != null) {
                kill(process);
            }
        }

        int exitCode(int processExitCode) {
            return outputExceeded
                    ? CommandResult.OUTPUT_LIMIT_EXCEEDED
                    : expired ? CommandResult.TIMED_OUT : processExitCode;
        }

        private static void kill(Process process) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public boolean remove(Process process) {
            return true;
        }

        @Override
        public int size() {
            return 0;
        }
    }

    /**
     * Writes a process's input and collects its output. After the process has ended, it does not wait long for orphans
     * that still hold the streams open. The library's own handler waits three times as long and then reports the
     * command as failed.
     */
    private static final class Streams implements ExecuteStreamHandler {
        private final CapturedOutput stdout;
        private final CapturedOutput stderr;
        private final byte[] stdin;
        private final List<Thread> pumps = new ArrayList<>();

        Streams(byte[] stdin, Deadline deadline) {
            this.stdin = stdin;
            this.stdout = new CapturedOutput(deadline);
            this.stderr = new CapturedOutput(deadline);
        }

        @Override
        public void setProcessInputStream(OutputStream process) {
            pump(new ByteArrayInputStream(stdin), process);
        }

        @Override
        public void setProcessOutputStream(InputStream process) {
            pump(process, stdout);
        }

        @Override
        public void setProcessErrorStream(InputStream process) {
            pump(process, stderr);
        }

        private void pump(InputStream from, OutputStream to) {
            Thread pump = new Thread(() -> transfer(from, to), "pump");
            pump.setDaemon(true);
            pumps.add(pump);
        }

        private static void transfer(InputStream from, OutputStream to) {
            try (to) {
                from.transferTo(to);
            } catch (IOException e) {
                // The process closed its end: it reads no more input or writes no more output.
                return;
            }
        }

        @Override
        public void start() {
            pumps.forEach(Thread::start);
        }

        @Override
        public void stop() {
            new Poller(Duration.ofMillis(1))
                    .await(WAIT_FOR_ORPHANED_OUTPUT, () -> pumps.stream().noneMatch(Thread::isAlive));
        }
    }

    /**
     * Collects the output of a process. Output beyond the limit, or after the result was taken, is read and discarded.
     */
    private static final class CapturedOutput extends OutputStream {
        private final Deadline deadline;
        private ByteArrayOutputStream captured = new ByteArrayOutputStream();
        private boolean closed;

        CapturedOutput(Deadline deadline) {
            this.deadline = deadline;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (!closed) {
                int remaining = CommandResult.MAX_OUTPUT - captured.size();
                captured.write(bytes, offset, Math.min(length, remaining));
                if (length > remaining) {
                    closed = true;
                    deadline.outputExceeded();
                }
            }
        }

        synchronized byte[] take() {
            closed = true;
            byte[] taken = captured.toByteArray();
            captured = new ByteArrayOutputStream();
            return taken;
        }
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
