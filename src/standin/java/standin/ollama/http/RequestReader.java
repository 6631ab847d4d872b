package standin.ollama.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads HTTP/1 requests from a connection, and refuses what Go's server refuses. */
final class RequestReader {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final int HEAD_LIMIT = 1 << 20;
    private static final long BODY_LIMIT = 256L << 20;

    private final InputStream in;
    private final OutputStream out;

    RequestReader(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Reads the next request; empty if the client closed the connection between two requests. */
    Optional<ReceivedRequest> next() throws IOException, BadRequest {
        int budget = HEAD_LIMIT;
        Optional<String> first = line(budget);
        while (first.isPresent() && first.get().isEmpty()) {
            first = line(budget);
        }
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String[] words = first.get().split(" ", -1);
        if (words.length != 3
                || !TOKEN.matcher(words[0]).matches()
                || words[1].isEmpty()
                || words[1].chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new BadRequest("400 Bad Request");
        }
        if (!words[2].matches("HTTP/1\\.[01]")) {
            throw new BadRequest("505 HTTP Version Not Supported");
        }
        boolean http11 = words[2].equals("HTTP/1.1");

        Map<String, List<String>> headers = new LinkedHashMap<>();
        budget -= first.get().length();
        for (String line = required(budget); !line.isEmpty(); line = required(budget)) {
            budget -= line.length() + 2;
            int colon = line.indexOf(':');
            if (colon < 0 || !TOKEN.matcher(line.substring(0, colon)).matches()) {
                throw new BadRequest("400 Bad Request");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        List<String> hosts = headers.getOrDefault("host", List.of());
        if (http11 && hosts.isEmpty()) {
            throw new BadRequest("400 Bad Request: missing required Host header");
        }
        if (hosts.size() > 1) {
            throw new BadRequest("400 Bad Request: too many Host headers");
        }
        // As in Go: a client does not wait to send an empty body.
        if (headers.containsKey("expect") && http11 && announcesBody(headers)) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        byte[] body = new byte[0];
        Optional<String> bodyError = Optional.empty();
        try {
            body = body(headers);
        } catch (InvalidChunks e) {
            // Go's server notices this only when a route reads the body.
            bodyError = Optional.of(String.valueOf(e.getMessage()));
        }
        return Optional.of(ReceivedRequest.of(
                new RequestHistory.Entry(words[0], words[1], Map.copyOf(headers), body), http11, bodyError));
    }

    private static boolean announcesBody(Map<String, List<String>> headers) {
        return headers.containsKey("transfer-encoding")
                || !List.of("0").containsAll(headers.getOrDefault("content-length", List.of()));
    }

    /** Reports an invalid chunked body. */
    private static final class InvalidChunks extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidChunks(String message) {
            super(message);
        }
    }

    private byte[] body(Map<String, List<String>> headers) throws IOException, BadRequest, InvalidChunks {
        List<String> coding = headers.getOrDefault("transfer-encoding", List.of());
        if (!coding.isEmpty()) {
            if (coding.size() > 1 || !coding.get(0).equalsIgnoreCase("chunked")) {
                throw new BadRequest("501 Not Implemented: unsupported transfer encoding");
            }
            return chunks();
        }
        List<String> lengths = headers.getOrDefault("content-length", List.of()).stream()
                .distinct()
                .toList();
        if (lengths.isEmpty()) {
            return new byte[0];
        }
        if (lengths.size() > 1 || !lengths.get(0).matches("[0-9]{1,18}")) {
            throw new BadRequest("400 Bad Request");
        }
        return exactly(Long.parseLong(lengths.get(0)), BODY_LIMIT);
    }

    private byte[] chunks() throws IOException, BadRequest, InvalidChunks {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = required(HEAD_LIMIT).replaceFirst("[ \t]*(;.*)?$", "");
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw new InvalidChunks(
                        size.isEmpty()
                                ? "empty hex number for chunk length"
                                : size.matches("[0-9A-Fa-f]+")
                                        ? "http chunk length too large"
                                        : "invalid byte in chunk length");
            }
            long length = Long.parseLong(size, 16);
            if (length == 0) {
                break;
            }
            body.write(exactly(length, BODY_LIMIT - body.size()));
            if (!endsChunk()) {
                throw new InvalidChunks("malformed chunked encoding");
            }
        }
        int budget = HEAD_LIMIT;
        for (String trailer = required(budget); !trailer.isEmpty(); trailer = required(budget)) {
            budget -= trailer.length() + 2;
        }
        return body.toByteArray();
    }

    private boolean endsChunk() throws IOException {
        return in.read() == '\r' && in.read() == '\n';
    }

    private byte[] exactly(long length, long limit) throws IOException, BadRequest {
        if (length > limit) {
            throw new BadRequest("413 Request Entity Too Large");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw new EOFException("the client disconnected during its body");
        }
        return bytes;
    }

    private String required(int limit) throws IOException, BadRequest {
        return line(limit).orElseThrow(() -> new EOFException("the client disconnected during its request"));
    }

    private Optional<String> line(int limit) throws IOException, BadRequest {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                if (line.isEmpty()) {
                    return Optional.empty();
                }
                throw new EOFException("the client disconnected during a line");
            }
            if (line.length() > limit) {
                throw new BadRequest("431 Request Header Fields Too Large");
            }
            line.append((char) c);
        }
        int end = line.length();
        return Optional.of(end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString());
    }
}
