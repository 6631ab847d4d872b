package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Splits a stream into sections at a mark. The section before the first mark is noise from the shell's startup or from
 * an earlier command. Each mark wakes the waiting thread, because polling every millisecond costs more than the answers
 * when many hosts are queried at once. Exceeding the size limit wakes it too; from then on nothing is kept.
 */
final class MarkedStream extends OutputStream {
    /** The largest file content, plus the marks and the file's state. */
    private static final int MAX_BYTES = CommandResult.MAX_OUTPUT + (1 << 16);

    private byte[] mark = new byte[0];
    private ByteArrayOutputStream current = new ByteArrayOutputStream();
    private final List<byte[]> sections = new ArrayList<>();
    private Thread waiting = Thread.currentThread();
    private int matched;
    private int size;

    /**
     * Discards earlier data. The calling thread is the one that is woken.
     *
     * @param next mark to split at; its first character occurs only once in it, so that it can be found in one pass
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

    /** Returns whether the data since {@link #begin} exceeded the limit. */
    synchronized boolean isOverLimit() {
        return size > MAX_BYTES;
    }

    /** Returns the number of marks received. */
    synchronized int marks() {
        return sections.size();
    }

    /** Returns the data before the mark with this number, counted from 0, or after the last mark. */
    synchronized byte[] section(int number) {
        return number < sections.size()
                ? sections.get(number)
                : number == sections.size() ? current.toByteArray() : new byte[0];
    }
}
