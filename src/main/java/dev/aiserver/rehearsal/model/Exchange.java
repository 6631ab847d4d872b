package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request and the answer to it: whole, or streamed with one flush per write. */
final class Exchange {
    /** What Go keeps back in order to say its length. */
    private static final int MOST_UNCHUNKED = 2048;

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Request request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final CountDownLatch closing;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable String streaming;
    private boolean rewritten;
    private boolean generating;
    private int status;

    /** @param in of the socket; it must support mark */
    Exchange(Request request, Socket socket, InputStream in, OutputStream out, CountDownLatch closing) {
        this.request = request;
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.closing = closing;
    }

    Request request() {
        return request;
    }

    /**
     * What the client sent. Where it may be meant for Ollama's cloud, it may be packed.
     *
     * @throws ApiError 400 for what cannot be unpacked, or was no body
     */
    byte[] body() {
        request.complaint().ifPresent(complaint -> {
            throw ApiError.withBody(400, Json.object().put("error", complaint));
        });
        boolean packed = request.received()
                .header("content-encoding")
                .filter("zstd"::equals)
                .isPresent();
        return packed && request.path().startsWith("/v1/") ? Zstd.unpacked(request.body()) : request.body();
    }

    /** The status that went out, 0 while none has. */
    int status() {
        return status;
    }

    /** The engine has the request now. */
    void reachesEngine() {
        generating = true;
    }

    /** What the log says of an answer that nobody waited for: 499 while it was queued or its model loaded, else 500. */
    int statusInLog() {
        int abandoned = generating ? 500 : 499;
        return status == 0 ? abandoned : status;
    }

    String remoteAddress() {
        return socket.getInetAddress().getHostAddress();
    }

    boolean staysOpen() {
        return request.complaint().isEmpty() && request.wantsKeepAlive() && (streaming == null || request.http11());
    }

    /** One more; there may be several of one name. */
    void header(String name, String value) {
        headers.add(Map.entry(name, value));
    }

    /** The route itself has the request now, behind what reads it: from here on {@code /v1} writes its answers anew. */
    void reachesRoute() {
        rewritten = request.path().startsWith("/v1/");
    }

    /** As gin does where the type was set before. */
    void plainJson(int code, JsonNode body) throws ClientDisconnected {
        whole(code, "application/json", Json.write(body));
    }

    /** Gin names a charset; the writers of {@code /v1} do not, and end with a new line. */
    void json(int code, JsonNode body) throws ClientDisconnected {
        if (rewritten) {
            whole(code, "application/json", Json.line(body));
        } else {
            whole(code, "application/json; charset=utf-8", Json.write(body));
        }
    }

    void text(int code, String body) throws ClientDisconnected {
        text(code, "text/plain", body);
    }

    void text(int code, String contentType, String body) throws ClientDisconnected {
        whole(code, contentType, body);
    }

    void empty(int code) throws ClientDisconnected {
        whole(code, "", "");
    }

    void redirect(int code, String location) throws ClientDisconnected {
        header("Location", location);
        // As Go's net/http: a body for GET only.
        boolean body = request.method().equals("GET");
        whole(
                code,
                body ? "text/html; charset=utf-8" : "",
                body ? "<a href=\"" + location.replace("\"", "%22") + "\">" + reason(code) + "</a>.\n\n" : "");
    }

    private void whole(int code, String contentType, String body) throws ClientDisconnected {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (!contentType.isEmpty()) {
            header("Content-Type", contentType);
        }
        boolean chunked = bytes.length > MOST_UNCHUNKED && request.http11();
        if (code != 204) {
            header(chunked ? "Transfer-Encoding" : "Content-Length", chunked ? "chunked" : "" + bytes.length);
        }
        head(code);
        if (request.method().equals("HEAD")) {
            return;
        }
        if (chunked) {
            send(chunk(bytes));
            send(LAST_CHUNK);
        } else {
            send(bytes);
        }
    }

    /** The answer will be a stream; status and headers go out with its first part, as a real runner's do. */
    void stream(String contentType) {
        streaming = contentType;
    }

    void write(String part) throws ClientDisconnected {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            return;
        }
        startStream();
        if (!request.http11()) {
            send(bytes);
            return;
        }
        send(chunk(bytes));
    }

    private static byte[] chunk(byte[] bytes) {
        byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        byte[] chunk = new byte[size.length + bytes.length + 2];
        System.arraycopy(size, 0, chunk, 0, size.length);
        System.arraycopy(bytes, 0, chunk, size.length, bytes.length);
        chunk[chunk.length - 2] = '\r';
        chunk[chunk.length - 1] = '\n';
        return chunk;
    }

    /** Ends the answer; without a word of its own it is an empty 200. */
    void finish() throws ClientDisconnected {
        if (streaming != null) {
            startStream();
            if (request.http11()) {
                send(LAST_CHUNK);
            }
        } else if (status == 0) {
            empty(200);
        }
    }

    private void startStream() throws ClientDisconnected {
        if (status == 0) {
            header("Content-Type", String.valueOf(streaming));
            // Of the streams of /v1 only these two have it.
            if (ResponseEncoder.EVENT_STREAM.equals(streaming)
                    && List.of("/v1/responses", "/v1/messages").contains(request.path())) {
                header("Cache-Control", "no-cache");
            }
            if (request.http11()) {
                header("Transfer-Encoding", "chunked");
            }
            head(200);
        }
    }

    private void head(int code) throws ClientDisconnected {
        status = code;
        StringBuilder head = new StringBuilder("HTTP/1.1 " + code + " " + reason(code) + "\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        head.append("Date: ")
                .append(DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)))
                .append(staysOpen() ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        send(head.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void send(byte[] bytes) throws ClientDisconnected {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new ClientDisconnected("the client does not take the answer", e);
        }
    }

    /**
     * Lets time pass while watching the client: reading is the only way to see it leave, and this is what Go's server
     * does. As there, a client that has already sent its next request can leave unseen.
     */
    void pause(long millis) throws ClientDisconnected {
        if (millis <= 0) {
            return;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            if (in.available() == 0) {
                socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
                in.mark(1);
                if (in.read() < 0) {
                    throw new ClientDisconnected("the client closed the connection");
                }
                in.reset();
            }
            if (closing.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new ClientDisconnected("the server is closing");
            }
        } catch (SocketTimeoutException e) {
            return;
        } catch (ClientDisconnected e) {
            throw e;
        } catch (IOException e) {
            throw new ClientDisconnected("the connection broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientDisconnected("the server is closing", e);
        } finally {
            restoreReading();
        }
    }

    private void restoreReading() throws ClientDisconnected {
        try {
            socket.setSoTimeout(0);
        } catch (IOException e) {
            throw new ClientDisconnected("the connection broke", e);
        }
    }

    private static String reason(int code) {
        return switch (code) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 204 -> "No Content";
            case 301 -> "Moved Permanently";
            case 307 -> "Temporary Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 417 -> "Expectation Failed";
            case 501 -> "Not Implemented";
            case 405 -> "Method Not Allowed";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            default -> "status code " + code;
        };
    }
}
