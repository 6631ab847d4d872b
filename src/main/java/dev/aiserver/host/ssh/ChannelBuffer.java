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
 * Buffers the data received on a channel until it is read. The writing thread serves the whole SSH connection, so it
 * waits for a slow reader only for a while. Then this channel ends and the others continue.
 */
final class ChannelBuffer extends OutputStream {
    private static final int MAX_UNREAD = 4 << 20;
    private static final long SLOW_READER_MILLIS = 5000;
    /** The end of the session does not wake waiting threads, so they recheck at this interval. */
    private static final long RECHECK_MILLIS = 500;

    private final BooleanSupplier alive;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int unread;
    private int used;
    private int timeout;
    private boolean ended;
    private boolean overflowed;

    /**
     * Creates an empty buffer.
     *
     * @param alive returns whether the session is still connected, so that more can arrive
     */
    ChannelBuffer(BooleanSupplier alive) {
        this.alive = alive;
    }

    /**
     * Sets how long a read waits for data.
     *
     * @param millis the timeout; zero means none
     */
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
                throw new IOException("the receive buffer is full and is not being read");
            }
            pause(RECHECK_MILLIS);
        }
        if (length > 0 && !ended) {
            pieces.add(Arrays.copyOfRange(bytes, offset, offset + length));
            unread += length;
            notifyAll();
        }
    }

    /** Marks the end of the data. */
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
                throw new SocketException(overflowed ? "the receive buffer overflowed" : "the SSH connection is lost");
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
