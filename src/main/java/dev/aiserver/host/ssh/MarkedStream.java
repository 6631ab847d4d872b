package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A stream that is divided by a mark; what comes before the first is the noise that a shell makes when it starts, or that
 * something makes which was started earlier. Each mark wakes the thread that waits for it: to ask every millisecond costs
 * more than the answers do when many machines are spoken with at once. So does the byte that is one too many: from it on,
 * nothing is kept.
 */
final class MarkedStream extends OutputStream {
    /** Marks and the state of a file come with a content that is as large as one may be. */
    private static final int MAX_BYTES = CommandResult.MAX_OUTPUT + (1 << 16);

    private byte[] mark = new byte[0];
    private ByteArrayOutputStream current = new ByteArrayOutputStream();
    private final List<byte[]> sections = new ArrayList<>();
    private Thread waiting = Thread.currentThread();
    private int matched;
    private int size;

    /**
     * Forgets what was before; the thread that calls this waits for what comes.
     *
     * @param next mark, of which no part but the whole ends like its beginning, so that it is found in one pass
     */
    synchronized void begin(byte[] next) {
        mark = next.clone();
        current = new ByteArrayOutputStream();
        sections.clear();
        matched = 0;
        size = 0;
        waiting = Thread.currentThread();
    }

    @Override
    public synchronized void write(int value) {
        add((byte) value);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length && !isOverLimit(); i++) {
            add(bytes[i]);
        }
    }

    private void add(byte value) {
        if (mark.length == 0 || isOverLimit()) {
            return;
        }
        if (++size > MAX_BYTES) {
            LockSupport.unpark(waiting);
            return;
        }
        current.write(value);
        matched = value == mark[matched] ? matched + 1 : value == mark[0] ? 1 : 0;
        if (matched == mark.length) {
            byte[] bytes = current.toByteArray();
            sections.add(Arrays.copyOf(bytes, bytes.length - mark.length));
            current.reset();
            matched = 0;
            LockSupport.unpark(waiting);
        }
    }

    /** Whether more has come than is kept, since {@link #begin}. */
    synchronized boolean isOverLimit() {
        return size > MAX_BYTES;
    }

    /** How many marks have come. */
    synchronized int marks() {
        return sections.size();
    }

    /** What stood before the mark of that number, counted from 0; for the last, what has come since. */
    synchronized byte[] section(int number) {
        return number < sections.size()
                ? sections.get(number)
                : number == sections.size() ? current.toByteArray() : new byte[0];
    }
}
