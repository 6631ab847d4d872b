package dev.aiserver.host.ssh;

import static java.util.Objects.requireNonNull;

import dev.aiserver.host.Answers;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.CommandTrace;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Read;
import dev.aiserver.host.SingleReads;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A remote machine that is reached with SSH. It needs an SSH server and POSIX tools, nothing else. It connects on first
 * use. A lost connection is not opened again.
 */
public final class SshHost implements Host, SingleReads, AutoCloseable {
    /** A large file on a slow link takes long. Whether the connection is alive is monitored separately. */
    private static final Duration LONG_LIMIT = Duration.ofMinutes(10);

    private static final Duration SHELL_START_LIMIT = Duration.ofSeconds(30);

    /** OpenSSH allows ten channels at once. The lease takes one, and killing a batch takes one more each. */
    private static final int MAX_CONCURRENT = 4;

    private final Destination destination;
    private final SshConfig config;
    private final Prompter prompter;
    private final SshOptions options;
    private final CommandTrace trace;
    private final Semaphore slots = new Semaphore(MAX_CONCURRENT);
    private @Nullable Connection connection;
    private @Nullable HostIdentity facts;
    private @Nullable ProgramAudit tools;
    private @Nullable Long leasePid;

    public SshHost(Destination destination, SshConfig config, Prompter prompter, SshOptions options) {
        this(destination, config, prompter, options, CommandTrace.OFF);
    }

    /**
     * Creates the host without connecting.
     *
     * @param trace receives each command that has ended
     */
    public SshHost(
            Destination destination, SshConfig config, Prompter prompter, SshOptions options, CommandTrace trace) {
        this.destination = destination;
        this.config = config;
        this.prompter = prompter;
        this.options = options;
        this.trace = trace;
    }

    /**
     * Returns the number of round trips since the connection was opened. Traffic of {@link #connect} is not counted.
     */
    public synchronized int roundTrips() {
        return connection == null ? 0 : connection.roundTrips();
    }

    private synchronized Connection connection() {
        if (connection == null) {
            connection = Connection.open(destination, config, prompter, options);
        }
        return connection;
    }

    private <T> T execute(RemoteScript<T> script) {
        ShellBatch.BatchResult result = runBatch(new ShellBatch(List.of(script)), LONG_LIMIT);
        if (result.answers().isEmpty()) {
            throw incompleteBatch(result);
        }
        return script.answer().apply(result.answers().get(0));
    }

    private ShellBatch.BatchResult runBatch(ShellBatch batch, Duration limit) {
        return withSlot(batch, open -> batch.run(open, limit));
    }

    private ShellBatch.BatchResult withSlot(ShellBatch batch, Function<Connection, ShellBatch.BatchResult> run) {
        Connection open = connection();
        slots.acquireUninterruptibly();
        try {
            long start = System.nanoTime();
            ShellBatch.BatchResult result = run.apply(open);
            batch.trace(result, Duration.ofNanos(System.nanoTime() - start), trace);
            return result;
        } finally {
            slots.release();
        }
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
        RemoteReads batch = new RemoteReads(reads);
        if (batch.scripts().size() > 1) {
            Duration limit = SHELL_START_LIMIT.plus(batch.longestTimeout());
            batch.collect(runBatch(new ShellBatch(batch.scripts()), limit).answers(), answers);
        }
        // A read that a slow or killed command left unanswered is asked on its own.
        reads.stream().filter(read -> !answers.has(read)).forEach(read -> answer(read, answers));
        return answers;
    }

    @Override
    public Host host() {
        return this;
    }

    @Override
    public Optional<Path> find(String program) {
        return execute(Shell.find(program));
    }

    @Override
    public CommandResult run(Command command) {
        return runOne(command, ShellBatch::runInOwnShellUnlessInterrupted);
    }

    @Override
    public CommandResult query(Command command) {
        return runOne(command, ShellBatch::runUnlessInterrupted);
    }

    /** A way to run a batch. */
    @FunctionalInterface
    private interface BatchMode {
        ShellBatch.BatchResult run(ShellBatch batch, Connection open, Duration limit);
    }

    private CommandResult runOne(Command command, BatchMode mode) {
        ShellBatch batch = new ShellBatch(List.of(Shell.run(command)));
        ShellBatch.BatchResult result = withSlot(batch, open -> mode.run(batch, open, command.timeout()));
        result.unfinished().ifPresent(partial -> requireNotInterrupted(command));
        return result.unfinished().orElseGet(() -> result.answers().get(0));
    }

    /** Output that an interruption cut off is not a result, as on this machine. */
    private static void requireNotInterrupted(Command command) {
        if (Thread.currentThread().isInterrupted()) {
            throw new UserError(
                    UserError.Kind.INTERRUPTED, "\"" + command + "\" was stopped because aiserver was interrupted.");
        }
    }

    @Override
    public List<CommandResult> runAll(List<Command> commands) {
        if (commands.isEmpty()) {
            return List.of();
        }
        Duration limit = commands.stream().map(Command::timeout).reduce(Duration.ZERO, Duration::plus);
        ShellBatch batch =
                ShellBatch.untilOneFails(commands.stream().map(Shell::run).toList());
        ShellBatch.BatchResult result = withSlot(batch, open -> batch.runInOwnShellUnlessInterrupted(open, limit));
        List<CommandResult> results = new ArrayList<>();
        for (CommandResult each : result.answers()) {
            results.add(each);
            if (!each.succeeded()) {
                return results;
            }
        }
        result.unfinished().ifPresent(partial -> {
            requireNotInterrupted(commands.get(results.size()));
            results.add(partial);
        });
        return results;
    }

    @Override
    public void changeAll(List<FileChange> changes, Consumer<Boolean> onDone) {
        for (int done = 0; done < changes.size(); ) {
            List<RemoteScript<Boolean>> batch = RemoteFiles.batch(changes.subList(done, changes.size()));
            ShellBatch.BatchResult result = runBatch(ShellBatch.untilOneFails(batch), LONG_LIMIT);
            List<CommandResult> answers = result.answers();
            if (answers.size() < batch.size()) {
                throw incompleteBatch(result);
            }
            boolean continues = true;
            for (int i = 0; i < batch.size() && continues; i++) {
                onDone.accept(batch.get(i).answer().apply(answers.get(i)));
                done++;
                continues = answers.get(i).succeeded();
            }
        }
    }

    private UserError incompleteBatch(ShellBatch.BatchResult result) {
        boolean tooMuch = result.unfinished().stream()
                .anyMatch(partial -> partial.exitCode() == CommandResult.OUTPUT_LIMIT_EXCEEDED);
        return connection()
                .lost(
                        tooMuch
                                ? "it sent too much output"
                                : "no response within " + LONG_LIMIT.toMinutes() + " minutes");
    }

    @Override
    public FileState file(Path path) {
        return execute(RemoteFiles.file(path));
    }

    @Override
    public FileState stat(Path path) {
        return execute(RemoteFiles.stat(path));
    }

    @Override
    public List<Path> list(Path directory) {
        return execute(RemoteFiles.list(directory));
    }

    @Override
    public void write(Path path, Content content, int mode) {
        execute(RemoteFiles.write(path, content, mode));
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return execute(RemoteFiles.create(path, content, mode));
    }

    @Override
    public boolean move(Path from, Path to) {
        return execute(RemoteFiles.move(from, to));
    }

    @Override
    public void delete(Path path) {
        execute(RemoteFiles.delete(path));
    }

    @Override
    public void createDirectory(Path path, int mode) {
        execute(RemoteFiles.createDirectory(path, mode));
    }

    @Override
    public synchronized long leasePid() {
        if (leasePid == null) {
            leasePid = ShellBatch.startLease(connection(), SHELL_START_LIMIT);
        }
        return leasePid;
    }

    @Override
    public boolean isLocal() {
        return false;
    }

    @Override
    public Socket connect(InetSocketAddress address, Duration timeout) throws IOException {
        return connection().connect(address, timeout);
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
