package dev.aiserver.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * What comes from a server. The time-out of a socket is for each wait, so a server that sends one byte after another
 * could keep a client for ever: what is awaited as a whole must be there some time after it has begun.
 */
final class TimedInput extends FilterInputStream {
    /** For an answer of many megabytes over a narrow way, and far too long for a server that plays for time. */
    static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

    private final long limit;
    private boolean limited;
    private boolean started;
    private long start;

    TimedInput(InputStream connection, Duration limit) {
        super(connection);
        this.limit = limit.toNanos();
    }

    /** What comes from now on is one thing, which begins with its first byte and must be whole in time. */
    void startTimedPart() {
        limited = true;
        started = false;
    }

    /** What comes from now on may take as long as it likes. */
    void startUntimedPart() {
        limited = false;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        if (limited && !started) {
            started = true;
            start = System.nanoTime();
        }
        if (limited && System.nanoTime() - start > limit) {
            throw new SocketTimeoutException("what it sends is not whole after " + limit / 1_000_000_000 + " s");
        }
        return count;
    }
}
