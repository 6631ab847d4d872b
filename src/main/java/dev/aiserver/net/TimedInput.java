package dev.aiserver.net;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * Input from a server with an overall time limit. A socket timeout applies to each read, so a server that sends one
 * byte at a time could keep a client forever. Each timed part must be complete within the limit after it starts.
 */
final class TimedInput extends FilterInputStream {
    /** Enough for a response of many megabytes on a slow link, and a bound for a server that stalls. */
    static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

    private final long limit;
    private boolean limited;
    private boolean started;
    private long start;

    TimedInput(InputStream connection, Duration limit) {
        super(connection);
        this.limit = limit.toNanos();
    }

    /** Starts a timed part. Its time starts with its first byte. */
    void startTimedPart() {
        limited = true;
        started = false;
    }

    /** Starts a part without a time limit. */
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
            throw new SocketTimeoutException("the response was not complete after " + limit / 1_000_000_000 + " s");
        }
        return count;
    }
}
