package dev.aiserver.host.ssh;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSchException;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * A shell of the other side that holds one conversation after another: to start one costs more there than most of what is
 * asked. What it shall do goes in by its standard input, so that whatever shell the user has reads one plain line only.
 */
final class RemoteShell implements AutoCloseable {
    /** Each shell that a user may have reads this alike. */
    private static final String LINE = "exec /bin/sh -s";

    /** Each stream gets all of it in one piece, so that nothing else comes in between. */
    private static final String OPENING = """
            exec 3>&2 2>/dev/null
            _marked() { printf %s "$_line$1$_line"; printf %s "$_line$_line" >&3; }
            """ + Shell.PRELUDE;

    /** Answers wake the one who waits; this is for what comes without one, such as the end of the connection. */
    private static final Poller POLLER = new Poller(Duration.ofMillis(20));

    private static final Duration CLOSE_GRACE = Duration.ofMillis(500);

    private final Connection connection;
    private final ChannelExec channel;
    private final OutputStream in;
    private final MarkedStream stdout = new MarkedStream();
    private final MarkedStream stderr = new MarkedStream();

    /** @param channel that was not opened yet */
    RemoteShell(Connection connection, ChannelExec channel) {
        this.connection = connection;
        this.channel = channel;
        channel.setCommand(LINE);
        channel.setOutputStream(stdout);
        channel.setErrStream(stderr);
        try {
            this.in = channel.getOutputStream();
            channel.connect();
            write(OPENING);
        } catch (JSchException e) {
            throw connection.lost(e);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private void write(String script) throws IOException {
        in.write(script.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /**
     * Begins a conversation.
     *
     * @param mark that divides both streams
     * @param body in which {@code _marked} says a word between two of it
     */
    void begin(String mark, String body) {
        byte[] divider = mark.getBytes(StandardCharsets.US_ASCII);
        stdout.begin(divider);
        stderr.begin(divider);
        try {
            // As a function, so that nothing of it is done before all of it has arrived.
            write("_line=" + Shell.quote(mark) + "\n_all() {\n" + body + "\n}\n_all </dev/null\n");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    MarkedStream stdout() {
        return stdout;
    }

    MarkedStream stderr() {
        return stderr;
    }

    /** Whether more has come than an answer has. */
    boolean isOverLimit() {
        return stdout.isOverLimit() || stderr.isOverLimit();
    }

    boolean isOpen() {
        return channel.isConnected() && !channel.isClosed();
    }

    /**
     * Whether it came true within the limit. A thread that is interrupted goes on waiting: what was asked is done there
     * in any case, and has to be known here.
     *
     * @throws UserError when the connection is lost before, or the process ends
     */
    boolean await(Duration limit, BooleanSupplier condition) {
        return await(limit, false, condition);
    }

    /** The same, which ends early when the thread is interrupted. */
    boolean awaitUnlessInterrupted(Duration limit, BooleanSupplier condition) {
        return await(limit, true, condition);
    }

    private boolean await(Duration limit, boolean interruptible, BooleanSupplier condition) {
        poll(
                interruptible,
                limit,
                () -> condition.getAsBoolean()
                        || channel.isClosed()
                        || connection.loss().isPresent());
        if (condition.getAsBoolean()) {
            return true;
        }
        if (hasEnded()) {
            throw connection.shellFailed();
        }
        // A channel is closed a moment before the connection that it belonged to.
        POLLER.await(
                channel.isClosed() ? CLOSE_GRACE : Duration.ZERO,
                () -> connection.loss().isPresent());
        connection.loss().ifPresent(loss -> {
            throw loss;
        });
        if (channel.isClosed()) {
            throw connection.shellFailed();
        }
        return false;
    }

    /**
     * Whether the shell has ended by itself. What it is told afterwards has OpenSSH end the whole connection, which then
     * looks lost.
     */
    private boolean hasEnded() {
        return !isOpen() && channel.getExitStatus() >= 0;
    }

    private UserError failure(IOException e) {
        return hasEnded() ? connection.shellFailed() : connection.lost(String.valueOf(e.getMessage()));
    }

    private static void poll(boolean interruptible, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        while (!POLLER.await(Duration.ofNanos(deadline - System.nanoTime()), condition)
                && !interruptible
                && Thread.interrupted()) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        channel.disconnect();
    }
}
