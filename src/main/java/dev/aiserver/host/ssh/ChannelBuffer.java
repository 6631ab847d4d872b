package dev.aiserver.host.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * What arrives in a channel and is not read yet. The thread that writes serves the whole SSH connection, so it waits for
 * a slow reader only for a while; then this channel ends, and the others go on.
 */
final class ChannelBuffer extends OutputStream {
    private static final int MAX_UNREAD = 4 << 20;
    private static final long SLOW_READER_MILLIS = 5000;
    /** What wakes nobody is the end of the session. */
    private static final long RECHECK_MILLIS = 500;

    private final BooleanSupplier alive;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int unread;
    private int used;
    private int timeout;
    private boolean ended;
    private boolean overflowed;

    /** @param alive whether more can come, as long as the end was not told */
    ChannelBuffer(BooleanSupplier alive) {
        this.alive = alive;
    }

    /** @param millis to wait for more; zero is for ever */
    synchronized void setReadTimeout(int millis) {
        timeout = millis;
        notifyAll();
    }

    synchronized int available() {
        return unread;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        long start = System.nanoTime();
        while (unread > MAX_UNREAD && !ended) {
            if (millisSince(start) > SLOW_READER_MILLIS) {
                overflowed = true;
                notifyAll();
                throw new IOException("more has come than is read");
            }
            pause(RECHECK_MILLIS);
        }
        if (length > 0 && !ended) {
            pieces.add(Arrays.copyOfRange(bytes, offset, offset + length));
            unread += length;
            notifyAll();
        }
    }

    /** Nothing more comes. */
    @Override
    public synchronized void close() {
        ended = true;
        notifyAll();
    }

    private synchronized int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        long start = System.nanoTime();
        while (unread == 0) {
            if (overflowed || !alive.getAsBoolean()) {
                throw new SocketException(overflowed ? "more has come than was read" : "the SSH connection is lost");
            }
            if (ended) {
                return -1;
            }
            long left = timeout == 0 ? RECHECK_MILLIS : timeout - millisSince(start);
            if (left <= 0) {
                throw new SocketTimeoutException("Read timed out");
            }
            pause(Math.min(left, RECHECK_MILLIS));
        }
        byte[] piece = pieces.element();
        int count = Math.min(length, piece.length - used);
        System.arraycopy(piece, used, buffer, offset, count);
        used += count;
        unread -= count;
        if (used == piece.length) {
            pieces.remove();
            used = 0;
        }
        notifyAll();
        return count;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    private void pause(long millis) throws IOException {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        }
    }

    InputStream reader() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return ChannelBuffer.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return ChannelBuffer.this.read(buffer, offset, length);
            }

            @Override
            public int available() {
                return ChannelBuffer.this.available();
            }
        };
    }
}
