package dev.aiserver.host.ssh;

import static java.util.Objects.requireNonNull;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.PrefetchingHost;
import dev.aiserver.host.ProgramAudit;
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
 * Another machine, over SSH. It needs an SSH server and POSIX tools there, and nothing else. It connects when it is
 * first asked something; a connection that was lost stays lost.
 */
public final class SshHost implements Host, AutoCloseable {
    /** A file may be large and the way narrow; whether the connection still lives is watched apart from this. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Duration FOR_A_SHELL = Duration.ofSeconds(30);

    /** An SSH server opens ten at once; the presence takes one, and what ends another one more. */
    private static final int AT_ONCE = 4;

    private final Destination destination;
    private final SshConfig config;
    private final Prompter questions;
    private final SshOptions options;
    private final Semaphore atOnce = new Semaphore(AT_ONCE);
    private @Nullable Connection connection;
    private @Nullable HostIdentity facts;
    private @Nullable ProgramAudit tools;
    private @Nullable Long presence;

    public SshHost(Destination destination, SshConfig config, Prompter questions, SshOptions options) {
        this.destination = destination;
        this.config = config;
        this.questions = questions;
        this.options = options;
    }

    /**
     * How often something was asked of the other side since the connection was made. A connection to an address there costs
     * none: what then goes over it is between a client and a server.
     */
    public synchronized int roundTrips() {
        return connection == null ? 0 : connection.roundTrips();
    }

    private synchronized Connection connection() {
        if (connection == null) {
            connection = Connection.open(destination, config, questions, options);
        }
        return connection;
    }

    private <T> T ask(RemoteScript<T> question) {
        ShellBatch.BatchResult heard = hold(new ShellBatch(List.of(question)), LONGEST);
        if (heard.answers().isEmpty()) {
            throw noAnswer(heard);
        }
        return question.answer().apply(heard.answers().get(0));
    }

    private ShellBatch.BatchResult hold(ShellBatch conversation, Duration limit) {
        return oneOfFew(open -> conversation.hold(open, limit));
    }

    private ShellBatch.BatchResult oneOfFew(Function<Connection, ShellBatch.BatchResult> conversation) {
        Connection open = connection();
        atOnce.acquireUninterruptibly();
        try {
            return conversation.apply(open);
        } finally {
            atOnce.release();
        }
    }

    @Override
    public synchronized HostIdentity facts() {
        if (facts == null) {
            CommandResult answer = run(HostIdentity.question());
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
    public Optional<Path> find(String program) {
        return ask(Shell.find(program));
    }

    @Override
    public CommandResult run(Command command) {
        return one(command, ShellBatch::holdApartUnlessInterrupted);
    }

    @Override
    public CommandResult look(Command command) {
        return one(command, ShellBatch::holdUnlessInterrupted);
    }

    /** How a conversation is held. */
    @FunctionalInterface
    private interface Manner {
        ShellBatch.BatchResult hold(ShellBatch conversation, Connection open, Duration limit);
    }

    private CommandResult one(Command command, Manner manner) {
        ShellBatch conversation = new ShellBatch(List.of(Shell.run(command)));
        ShellBatch.BatchResult heard = oneOfFew(open -> manner.hold(conversation, open, command.timeout()));
        heard.unfinished().ifPresent(cut -> requireNotInterrupted(command));
        return heard.unfinished().orElseGet(() -> heard.answers().get(0));
    }

    /** What an interruption has cut off is no answer, as on this machine. */
    private static void requireNotInterrupted(Command command) {
        if (Thread.currentThread().isInterrupted()) {
            throw new UserError(
                    UserError.Kind.INTERRUPTED,
                    "\"" + command + "\" was cut off, because this program was interrupted.");
        }
    }

    @Override
    public List<CommandResult> runAll(List<Command> commands) {
        return all(commands, ShellBatch::holdApartUnlessInterrupted);
    }

    @Override
    public List<CommandResult> lookAll(List<Command> commands) {
        return all(commands, ShellBatch::holdUnlessInterrupted);
    }

    private List<CommandResult> all(List<Command> commands, Manner manner) {
        if (commands.isEmpty()) {
            return List.of();
        }
        Duration limit = commands.stream().map(Command::timeout).reduce(Duration.ZERO, Duration::plus);
        ShellBatch conversation =
                ShellBatch.untilOneFails(commands.stream().map(Shell::run).toList());
        ShellBatch.BatchResult heard = oneOfFew(open -> manner.hold(conversation, open, limit));
        List<CommandResult> results = new ArrayList<>();
        for (CommandResult result : heard.answers()) {
            results.add(result);
            if (!result.succeeded()) {
                return results;
            }
        }
        heard.unfinished().ifPresent(cut -> {
            requireNotInterrupted(commands.get(results.size()));
            results.add(cut);
        });
        return results;
    }

    @Override
    public void changeAll(List<FileChange> changes, Consumer<Boolean> made) {
        for (int done = 0; done < changes.size(); ) {
            List<RemoteScript<Boolean>> batch = RemoteFiles.batch(changes.subList(done, changes.size()));
            ShellBatch.BatchResult heard = hold(ShellBatch.untilOneFails(batch), LONGEST);
            List<CommandResult> answers = heard.answers();
            if (answers.size() < batch.size()) {
                throw noAnswer(heard);
            }
            boolean begun = true;
            for (int i = 0; i < batch.size() && begun; i++) {
                made.accept(batch.get(i).answer().apply(answers.get(i)));
                done++;
                begun = answers.get(i).succeeded();
            }
        }
    }

    private UserError noAnswer(ShellBatch.BatchResult heard) {
        boolean tooMuch = heard.unfinished().stream().anyMatch(cut -> cut.exitCode() == CommandResult.TOO_MUCH);
        return connection()
                .lost(tooMuch ? "its answer has no end" : "no answer came in " + LONGEST.toMinutes() + " minutes");
    }

    @Override
    public FileState file(Path path) {
        return ask(RemoteFiles.file(path));
    }

    @Override
    public FileState stat(Path path) {
        return ask(RemoteFiles.stat(path));
    }

    @Override
    public List<Path> list(Path directory) {
        return ask(RemoteFiles.list(directory));
    }

    @Override
    public void write(Path path, Content content, int mode) {
        ask(RemoteFiles.write(path, content, mode));
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return ask(RemoteFiles.create(path, content, mode));
    }

    @Override
    public boolean move(Path from, Path to) {
        return ask(RemoteFiles.move(from, to));
    }

    @Override
    public void delete(Path path) {
        ask(RemoteFiles.delete(path));
    }

    @Override
    public void createDirectory(Path path, int mode) {
        ask(RemoteFiles.createDirectory(path, mode));
    }

    @Override
    public synchronized long presence() {
        if (presence == null) {
            presence = ShellBatch.settle(connection(), FOR_A_SHELL);
        }
        return presence;
    }

    @Override
    public boolean isHere() {
        return false;
    }

    @Override
    public Socket connect(InetSocketAddress there, Duration timeout) throws IOException {
        return connection().connect(there, timeout);
    }

    @Override
    public Host ahead(Prefetch foresight) {
        RemotePrefetch asked = new RemotePrefetch(foresight);
        Duration limit = FOR_A_SHELL.plus(asked.ofOneCommand());
        return new PrefetchingHost(
                this, asked.read(hold(new ShellBatch(asked.questions()), limit).answers()));
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
