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
 * A remote shell that runs one batch after another, because starting a shell costs more than most queries. Scripts are
 * sent to its standard input, so that the user's login shell reads only one plain line.
 */
final class RemoteShell implements AutoCloseable {
    /** Every login shell understands this line. */
    private static final String LINE = "exec /bin/sh -s";

    /** Each mark is written at once, so that no other output gets in between. */
    private static final String OPENING = """
            exec 3>&2 2>/dev/null
            _marked() { printf %s "$_line$1$_line"; printf %s "$_line$_line" >&3; }
            """ + Shell.PRELUDE;

    /** Marks wake the waiting thread. Polling is for events without a mark, such as the end of the connection. */
    private static final Poller POLLER = new Poller(Duration.ofMillis(20));

    private static final Duration CLOSE_GRACE = Duration.ofMillis(500);

    private final Connection connection;
    private final ChannelExec channel;
    private final OutputStream in;
    private final MarkedStream stdout = new MarkedStream();
    private final MarkedStream stderr = new MarkedStream();

    /**
     * Starts the shell.
     *
     * @param channel not connected yet
     */
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
     * Starts a batch.
     *
     * @param mark that splits both streams
     * @param body script that calls {@code _marked} to print a word between two marks
     */
    void begin(String mark, String body) {
        byte[] divider = mark.getBytes(StandardCharsets.US_ASCII);
        stdout.begin(divider);
        stderr.begin(divider);
        try {
            // Sent as a function, so that nothing runs before all of it has arrived.
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

    /** Returns whether the output exceeded the limit. */
    boolean isOverLimit() {
        return stdout.isOverLimit() || stderr.isOverLimit();
    }

    boolean isOpen() {
        return channel.isConnected() && !channel.isClosed();
    }

    /**
     * Returns whether the condition became true within the limit. An interrupted thread keeps waiting: the remote host
     * completes the operation anyway, so its result must be known.
     *
     * @throws UserError when the connection is lost or the shell exits first
     */
    boolean await(Duration limit, BooleanSupplier condition) {
        return await(limit, false, condition);
    }

    /** Waits like {@link #await}, but returns early when the thread is interrupted. */
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
        // A channel closes a moment before its connection.
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
     * Returns whether the shell exited by itself. After that, further input makes OpenSSH close the whole connection,
     * which then looks lost.
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
