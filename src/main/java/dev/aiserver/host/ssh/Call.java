package dev.aiserver.host.ssh;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSchException;
import dev.aiserver.host.Patience;
import dev.aiserver.host.Trouble;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** One process of the other side, fed and waited for. */
final class Call implements AutoCloseable {
    /** Answers wake the one who waits; this is for what comes without one, such as the end of the connection. */
    private static final Patience CLOSELY = new Patience(Duration.ofMillis(20));

    private static final Duration A_MOMENT = Duration.ofMillis(500);

    private final Connection connection;
    private final ChannelExec channel;

    Call(Connection connection, ChannelExec channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** Starts it with that to read, and nothing after it. */
    void feed(byte[] input) {
        channel.setInputStream(new ByteArrayInputStream(input));
        start();
    }

    /** Starts it with that to read, and holds its input open as long as the connection lives. */
    void hold(byte[] input) {
        try {
            OutputStream out = channel.getOutputStream();
            start();
            out.write(input);
            out.flush();
        } catch (IOException e) {
            throw connection.lost(String.valueOf(e.getMessage()));
        }
    }

    private void start() {
        try {
            channel.connect();
        } catch (JSchException e) {
            throw connection.lost(e);
        }
    }

    /**
     * Whether it came true within the limit. A thread that is interrupted goes on waiting: what was asked is done there
     * in any case, and has to be known here.
     *
     * @throws Trouble when the connection is lost before, or the process ends
     */
    boolean await(Duration limit, BooleanSupplier condition) {
        return await(limit, false, condition);
    }

    /** The same, which ends early when the thread is interrupted. */
    boolean awaitUnlessInterrupted(Duration limit, BooleanSupplier condition) {
        return await(limit, true, condition);
    }

    private boolean await(Duration limit, boolean interruptible, BooleanSupplier condition) {
        patiently(
                interruptible,
                limit,
                () -> condition.getAsBoolean()
                        || channel.isClosed()
                        || connection.loss().isPresent());
        if (condition.getAsBoolean()) {
            return true;
        }
        // A channel is closed a moment before the connection that it belonged to.
        CLOSELY.await(
                channel.isClosed() ? A_MOMENT : Duration.ZERO,
                () -> connection.loss().isPresent());
        connection.loss().ifPresent(loss -> {
            throw loss;
        });
        if (channel.isClosed()) {
            throw connection.silentShell();
        }
        return false;
    }

    private static void patiently(boolean interruptible, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        while (!CLOSELY.await(Duration.ofNanos(deadline - System.nanoTime()), condition)
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
