package dev.aiserver.net;

import dev.aiserver.host.FirstLine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an HTTP/1.1 message on a keep-alive connection: either of the announced length, or chunks up to the empty
 * one (RFC 9112, sections 6 and 7). A connection that ends earlier causes an {@link EOFException}, never a shorter
 * body.
 */
final class MessageBody extends InputStream {
    private final InputStream connection;
    private final boolean chunked;
    private long left;
    private boolean ended;

    private MessageBody(InputStream connection, boolean chunked, long left) {
        this.connection = connection;
        this.chunked = chunked;
        this.left = left;
        this.ended = !chunked && left == 0;
    }

    static MessageBody ofLength(InputStream connection, long length) {
        return new MessageBody(connection, false, length);
    }

    static MessageBody ofChunks(InputStream connection) {
        return new MessageBody(connection, true, 0);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0; // required by InputStream; readNBytes relies on it, and waiting for data could take forever
        }
        if (!ended && chunked && left == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = connection.read(buffer, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the connection closed in the middle of the body");
        }
        left -= count;
        if (left == 0) {
            if (chunked) {
                endOfChunk();
            } else {
                ended = true;
            }
        }
        return count;
    }

    private void endOfChunk() throws IOException {
        if (!HttpHead.line(connection).isEmpty()) {
            throw new IOException("a chunk is longer than announced");
        }
    }

    private void nextChunk() throws IOException {
        String size = HttpHead.line(connection).replaceFirst(";.*", "").strip();
        if (!size.matches("[0-9A-Fa-f]{1,15}")) {
            throw new IOException("not a valid chunk size: " + FirstLine.of(size));
        }
        left = Long.parseLong(size, 16);
        if (left == 0) {
            ended = true;
            HttpHead.headers(connection);
        }
    }
}
