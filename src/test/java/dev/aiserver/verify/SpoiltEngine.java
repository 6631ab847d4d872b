package dev.aiserver.verify;

import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** Sits between the proxy and the model server and injects a fault; accepts one request per connection. */
final class SpoiltEngine implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Defines the fault of one exchange. */
    @FunctionalInterface
    interface Fault {
        void serve(RawHttpRequest request, RawHttpClient engine, OutputStream out) throws IOException;
    }

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final RawHttpClient engine;
    private final Fault fault;

    private SpoiltEngine(int enginePort, Fault fault) throws IOException {
        this.engine = new RawHttpClient(new InetSocketAddress("127.0.0.1", enginePort), TIMEOUT);
        this.fault = fault;
        threads.execute(this::accept);
    }

    static SpoiltEngine start(int enginePort, Fault fault) throws IOException {
        return new SpoiltEngine(enginePort, fault);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Replaces text in the responses to requests for this path, chunk by chunk as they arrive. */
    static Fault replacing(String path, String regex, String replacement) {
        return (request, engine, out) -> forward(
                request,
                engine,
                out,
                0,
                request.target().startsWith(path)
                        ? text -> text.replaceAll(regex, replacement)
                        : UnaryOperator.identity());
    }

    /** Makes models think although the request disables it, as some models do. */
    static void thinking(RawHttpRequest request, RawHttpClient engine, OutputStream out) throws IOException {
        String body = new String(request.body(), StandardCharsets.UTF_8)
                .replace("\"reasoning_effort\":\"none\",", "")
                .replace("\"reasoning\":{\"effort\":\"none\"},", "")
                .replace("\"thinking\":{\"type\":\"disabled\"},", "");
        forward(request.withBody(body.getBytes(StandardCharsets.UTF_8)), engine, out, 0);
    }

    /** Answers requests for this path with a fixed response. */
    static Fault answering(String path, String wholeResponse) {
        return (request, engine, out) -> {
            if (request.target().startsWith(path)) {
                out.write(wholeResponse.getBytes(StandardCharsets.UTF_8));
            } else {
                forward(request, engine, out, 0);
            }
        };
    }

    /** Buffers every response until it is complete. */
    static void buffering(RawHttpRequest request, RawHttpClient engine, OutputStream out) throws IOException {
        try (HttpExchange exchange = engine.open(request)) {
            byte[] body = exchange.body().readAllBytes();
            head(request, exchange, out);
            chunk(request, body, body.length, out);
            chunk(request, body, 0, out);
        }
    }

    /** Keeps reading the response after the client has disconnected. */
    static void draining(RawHttpRequest request, RawHttpClient engine, OutputStream out) throws IOException {
        try (HttpExchange exchange = engine.open(request)) {
            head(request, exchange, out);
            boolean gone = false;
            byte[] piece = new byte[8192];
            for (int count = exchange.body().read(piece);
                    count >= 0;
                    count = exchange.body().read(piece)) {
                try {
                    if (!gone) {
                        chunk(request, piece, count, out);
                    }
                } catch (IOException e) {
                    gone = true;
                }
            }
            chunk(request, piece, 0, out);
        }
    }

    /** Switches protocols for every client that requests an upgrade. */
    static void upgrading(RawHttpRequest request, RawHttpClient engine, OutputStream out) throws IOException {
        if (request.headers().stream().anyMatch(header -> header.getKey().equalsIgnoreCase("upgrade"))) {
            out.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: any\r\nConnection: Upgrade\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        } else {
            forward(request, engine, out, 0);
        }
    }

    static Fault slow(long millis) {
        return (request, engine, out) -> forward(request, engine, out, millis);
    }

    private static void forward(RawHttpRequest request, RawHttpClient engine, OutputStream out, long delayMillis)
            throws IOException {
        forward(request, engine, out, delayMillis, UnaryOperator.identity());
    }

    private static void forward(
            RawHttpRequest request,
            RawHttpClient engine,
            OutputStream out,
            long delayMillis,
            UnaryOperator<String> change)
            throws IOException {
        long until = System.nanoTime() + delayMillis * 1_000_000;
        try (HttpExchange exchange = engine.open(request)) {
            head(request, exchange, out);
            byte[] piece = new byte[1 << 16];
            for (int count = exchange.body().read(piece);
                    count >= 0;
                    count = exchange.body().read(piece)) {
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                byte[] changed = change.apply(new String(piece, 0, count, StandardCharsets.ISO_8859_1))
                        .getBytes(StandardCharsets.ISO_8859_1);
                if (changed.length > 0) {
                    chunk(request, changed, changed.length, out);
                }
            }
            chunk(request, piece, 0, out);
        }
    }

    private static void head(RawHttpRequest request, HttpExchange exchange, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + exchange.status() + " -\r\nConnection: close\r\n");
        exchange.headers().forEach((name, value) -> {
            if (!List.of("connection", "content-length", "transfer-encoding").contains(name)) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        head.append(request.method().equals("HEAD") ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void chunk(RawHttpRequest request, byte[] bytes, int count, OutputStream out) throws IOException {
        if (!request.method().equals("HEAD")) {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            chunk.writeBytes((Integer.toHexString(count) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.write(bytes, 0, count);
            chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(chunk.toByteArray());
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            threads.shutdownNow(); // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String[] firstLine = line(in).split(" ");
            if (firstLine.length < 2) {
                return; // HAProxy's health check sends nothing
            }
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            int length = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                String name = header.substring(0, header.indexOf(':'));
                String value = header.substring(header.indexOf(':') + 1).strip();
                if (name.equalsIgnoreCase("content-length")) {
                    length = Integer.parseInt(value);
                } else if (!name.equalsIgnoreCase("connection")) {
                    headers.add(Map.entry(name, value));
                }
            }
            if (headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase("transfer-encoding"))) {
                socket.getOutputStream()
                        .write("HTTP/1.1 400 -\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
                                .getBytes(StandardCharsets.US_ASCII));
                return; // chunked bodies are not supported
            }
            byte[] body = in.readNBytes(length);
            fault.serve(
                    new RawHttpRequest(firstLine[0], firstLine[1], headers, body), engine, socket.getOutputStream());
        } catch (IOException e) {
            return; // the client disconnected
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
