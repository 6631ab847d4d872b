package dev.aiserver.verify;

import dev.aiserver.spec.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A proxy with a naive HTTP parser: it checks methods, paths, host names and every line of a head exactly, but is wrong
 * about where a request ends.
 */
final class NaiveProxy implements AutoCloseable {

    /** Lists the mistakes that the proxy can make. */
    enum Mistake {
        /** It honors Content-Length but ignores Transfer-Encoding, which the server behind it honors. */
        IGNORES_CHUNKS,
        /** It checks only the first request of each connection and forwards the rest. */
        CHECKS_ONCE
    }

    private static final Pattern FIRST_LINE = Pattern.compile("([A-Z]+) (/[!-\"$-~]*) HTTP/1\\.[01]");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t\\x20-\\x7e]*");
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length:[ \t]*(\\d{1,12})[ \t]*$");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding: chunked$");
    private static final Pattern CLOSES = Pattern.compile("(?im)^connection:.*\\bclose\\b");
    private static final Pattern HOST = Pattern.compile("(?im)^host:[ \t]*(.*)$");
    private static final int MAX_HEAD_LENGTH = 32_768;

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Socket> connections = new ConcurrentLinkedQueue<>();
    private final int enginePort;
    private final List<Endpoint> open;
    private final List<String> hosts;
    private final Mistake mistake;

    /** @param hosts accepted host names, without ports */
    NaiveProxy(int enginePort, List<Endpoint> open, List<String> hosts, Mistake mistake) throws IOException {
        this.enginePort = enginePort;
        this.open = open;
        this.hosts = hosts;
        this.mistake = mistake;
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                connections.add(client);
                threads.execute(() -> serve(client));
            }
        } catch (IOException e) {
            threads.shutdownNow(); // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String rejection = rejection(head);
                boolean last = CLOSES.matcher(head).find();
                byte[] body = in.readNBytes(length(head));
                if (!rejection.isEmpty()) {
                    write(client.getOutputStream(), rejection);
                } else if (mistake == Mistake.CHECKS_ONCE) {
                    tunnel(client, in, bytes(addressed(head)), body);
                    return;
                } else if (!forward(client, in, head, body, last)) {
                    return;
                }
                if (last) {
                    return;
                }
            }
        } catch (IOException e) {
            return; // client or engine disconnected
        }
    }

    /** Returns the response that rejects this request, or an empty text to forward it. */
    private String rejection(String head) {
        List<String> lines = head.lines().toList();
        var first = FIRST_LINE.matcher(lines.get(0));
        boolean wellFormed = first.matches()
                && lines.stream()
                        .skip(1)
                        .filter(line -> !line.isEmpty())
                        .allMatch(line -> HEADER.matcher(line).matches())
                && List.of(0L, 1L).contains(count(head, "content-length"))
                && count(head, "content-length")
                        == LENGTH.matcher(head).results().count();
        boolean lacksLength = count(head, "transfer-encoding") > 0 && count(head, "content-length") == 0;
        if (!wellFormed || lacksLength && mistake == Mistake.IGNORES_CHUNKS) {
            return response("400 Bad Request", "bad-request");
        }
        List<String> named = HOST.matcher(head)
                .results()
                .map((MatchResult found) -> found.group(1).strip().replaceFirst(":\\d+$", ""))
                .toList();
        if (named.size() != 1 || !hosts.contains(named.get(0))) {
            return response("421 Misdirected Request", "unknown-host");
        }
        String path = first.group(2).replaceFirst("\\?.*", "");
        String model = path.replaceFirst("^/v1/models/[A-Za-z0-9_][A-Za-z0-9._:@-]*$", "/v1/models/" + Endpoint.MODEL);
        return open.contains(new Endpoint(first.group(1), model)) ? "" : response("404 Not Found", "blocked");
    }

    private static long count(String head, String header) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, header + ":", 0, header.length() + 1))
                .count();
    }

    private static int length(String head) {
        var length = LENGTH.matcher(head);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    private static String response(String status, String mark) {
        return "HTTP/1.1 " + status + "\r\nX-Aiserver: " + mark + "\r\nContent-Length: 2\r\n\r\n{}";
    }

    /**
     * Sends one request and reads what the proxy takes for one response; returns whether the client is still connected.
     */
    private boolean forward(Socket client, InputStream in, String head, byte[] body, boolean last) throws IOException {
        Socket engine = engine();
        String kept = addressed(head).replaceAll("(?im)^(connection|upgrade|http2-settings):.*\r\n", "");
        engine.getOutputStream().write(bytes(kept));
        engine.getOutputStream().write(body);
        Future<?> response = threads.submit(() -> {
            oneResponse(engine.getInputStream(), client.getOutputStream());
            if (last) {
                client.shutdownOutput();
            }
            return null;
        });
        in.mark(1);
        if (in.read() < 0 && !last) {
            engine.close();
            return false;
        }
        in.reset();
        try {
            response.get();
            return true;
        } catch (ExecutionException | InterruptedException e) {
            return false;
        }
    }

    private void tunnel(Socket client, InputStream in, byte[] head, byte[] body) throws IOException {
        Socket engine = engine();
        engine.getOutputStream().write(head);
        engine.getOutputStream().write(body);
        threads.execute(() -> {
            try {
                engine.getInputStream().transferTo(client.getOutputStream());
                client.close();
            } catch (IOException e) {
                return; // client or engine disconnected
            }
        });
        byte[] chunk = new byte[1 << 16];
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
            String text = new String(chunk, 0, count, StandardCharsets.ISO_8859_1);
            engine.getOutputStream().write(bytes(addressed(text)));
        }
        engine.close();
    }

    private Socket engine() throws IOException {
        Socket engine = new Socket(InetAddress.getLoopbackAddress(), enginePort);
        engine.setTcpNoDelay(true);
        connections.add(engine);
        return engine;
    }

    /** Sets the Host header to the name that the engine accepts. */
    private String addressed(String head) {
        return HOST.matcher(head).replaceAll("Host: 127.0.0.1:" + enginePort);
    }

    private static void oneResponse(InputStream from, OutputStream to) throws IOException {
        String head = head(from);
        write(to, head);
        if (CHUNKED.matcher(head).find()) {
            for (String size = line(from); ; size = line(from)) {
                int length = Integer.parseInt(size.strip(), 16);
                write(to, size + new String(from.readNBytes(length), StandardCharsets.ISO_8859_1) + line(from));
                if (length == 0) {
                    return;
                }
            }
        }
        to.write(from.readNBytes(length(head)));
    }

    /** Reads a head with the empty line at its end; returns an empty text at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        String line = line(in);
        while (!line.isEmpty() && head.length() < MAX_HEAD_LENGTH) {
            if (line.isBlank() && !head.isEmpty()) {
                return head.append(line).toString();
            }
            head.append(line.isBlank() ? "" : line);
            line = line(in);
        }
        return "";
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = 0;
        while (next != '\n' && line.size() < MAX_HEAD_LENGTH) {
            next = in.read();
            if (next < 0) {
                return "";
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : connections) {
            connection.close();
        }
        threads.shutdownNow();
    }
}
