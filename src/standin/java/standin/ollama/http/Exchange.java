package standin.ollama.http;

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
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;

/** Handles one request and its response, which is sent whole or streamed with one flush per write. */
public final class Exchange {
    public static final String EVENT_STREAM = "text/event-stream";
    public static final String NDJSON = "application/x-ndjson";

    /** Bytes that Go buffers to determine Content-Length. */
    private static final int MAX_UNCHUNKED = 2048;

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final ReceivedRequest request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final CountDownLatch closing;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable String streaming;
    private boolean rewritten;
    private boolean generating;
    private int status;

    /** @param in input of the socket; it must support mark */
    Exchange(ReceivedRequest request, Socket socket, InputStream in, OutputStream out, CountDownLatch closing) {
        this.request = request;
        this.socket = socket;
        this.in = in;
        this.out = out;
        this.closing = closing;
    }

    public ReceivedRequest request() {
        return request;
    }

    /**
     * Returns the body. Where a request may be for Ollama's cloud, the body may be compressed with zstd.
     *
     * @throws ApiError 400 if the body is invalid or cannot be decompressed
     */
    public byte[] body() {
        request.bodyError().ifPresent(error -> {
            throw ApiError.withBody(400, GoJson.object().put("error", error));
        });
        boolean compressed = request.received()
                .header("content-encoding")
                .filter("zstd"::equals)
                .isPresent();
        return compressed && request.path().startsWith("/v1/") ? ZstdBody.decompress(request.body()) : request.body();
    }

    /** Returns the status that was sent; 0 if none has been sent. */
    int status() {
        return status;
    }

    /** Marks that the engine now handles the request. */
    public void enterEngine() {
        generating = true;
    }

    /** Returns the status to log. For an abandoned request it is 499 while queued or loading, 500 afterwards. */
    int loggedStatus() {
        int abandoned = generating ? 500 : 499;
        return status == 0 ? abandoned : status;
    }

    String remoteAddress() {
        return socket.getInetAddress().getHostAddress();
    }

    boolean keepsConnection() {
        return request.bodyError().isEmpty() && request.wantsKeepAlive() && (streaming == null || request.http11());
    }

    /** Adds a header; a name may occur several times. */
    public void header(String name, String value) {
        headers.add(Map.entry(name, value));
    }

    /** Marks that the route now handles the request; from here on, {@code /v1} rewrites its responses. */
    public void enterRoute() {
        rewritten = request.path().startsWith("/v1/");
    }

    /** Sends JSON as gin does when the content type was set before. */
    public void plainJson(int code, JsonNode body) throws ClientDisconnected {
        whole(code, "application/json", GoJson.write(body));
    }

    /** Sends JSON. Gin names a charset; the writers of {@code /v1} do not, and add a newline. */
    public void json(int code, JsonNode body) throws ClientDisconnected {
        if (rewritten) {
            whole(code, "application/json", GoJson.line(body));
        } else {
            whole(code, "application/json; charset=utf-8", GoJson.write(body));
        }
    }

    public void text(int code, String body) throws ClientDisconnected {
        text(code, "text/plain", body);
    }

    public void text(int code, String contentType, String body) throws ClientDisconnected {
        whole(code, contentType, body);
    }

    public void empty(int code) throws ClientDisconnected {
        whole(code, "", "");
    }

    void redirect(int code, String location) throws ClientDisconnected {
        header("Location", location);
        // Go's net/http sends a body for GET only.
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
        boolean chunked = bytes.length > MAX_UNCHUNKED && request.http11();
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

    /** Makes the response a stream. Status and headers are sent with its first part, as Ollama does. */
    public void stream(String contentType) {
        streaming = contentType;
    }

    public void write(String part) throws ClientDisconnected {
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

    /** Ends the response; one without any content is an empty 200. */
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
            // Of the /v1 streams, only these two have this header.
            if (EVENT_STREAM.equals(streaming)
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
                .append(keepsConnection() ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
        send(head.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void send(byte[] bytes) throws ClientDisconnected {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new ClientDisconnected("the client does not read the response", e);
        }
    }

    /**
     * Waits while watching the client. Reading is the only way to notice a disconnect, and is what Go's server does. As
     * there, a client that has already sent its next request can disconnect unnoticed.
     */
    public void pause(long millis) throws ClientDisconnected {
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
