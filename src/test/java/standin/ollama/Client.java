package standin.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import standin.ollama.go.GoJson;

/** Sends exactly the bytes that a test specifies; the JDK's HTTP client would normalize them. */
final class Client implements Closeable {

    /** @param chunks chunks of a chunked body, as the server wrote them */
    record Response(int status, Map<String, String> headers, String body, List<String> chunks) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        JsonNode json() {
            return parse(body);
        }

        /** Returns the lines of NDJSON. */
        List<JsonNode> lines() {
            return body.lines().map(Client::parse).toList();
        }

        /** Returns the data of server-sent events, without a final [DONE]. */
        List<JsonNode> events() {
            return body.lines()
                    .filter(line -> line.startsWith("data: {"))
                    .map(line -> parse(line.substring(6)))
                    .toList();
        }
    }

    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    Client(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static JsonNode parse(String json) {
        try {
            return GoJson.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid JSON: " + json, e);
        }
    }

    static Response get(ModelServer server, String target) throws IOException {
        return call(server, "GET", target, "");
    }

    static Response post(ModelServer server, String target, String body) throws IOException {
        return call(server, "POST", target, body);
    }

    static Response call(ModelServer server, String method, String target, String body, String... headers)
            throws IOException {
        try (Client client = new Client(server.address())) {
            client.send(method, target, body, headers);
            return client.response(method.equals("HEAD"));
        }
    }

    /** @param headers header lines; without a Host line, Host is the loopback address */
    void send(String method, String target, String body, String... headers) throws IOException {
        boolean namesHost = List.of(headers).stream().anyMatch(line -> line.startsWith("Host:"));
        raw(method + " " + target + " HTTP/1.1\r\n" + (namesHost ? "" : "Host: 127.0.0.1\r\n")
                + String.join(
                        "", List.of(headers).stream().map(line -> line + "\r\n").toList())
                + "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
    }

    void raw(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes the sending side, and can still receive. */
    void closeOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Reads the next byte; -1 at the end. */
    int read() throws IOException {
        return in.read();
    }

    Response response() throws IOException {
        return response(false);
    }

    private Response response(boolean head) throws IOException {
        int status = Integer.parseInt(line().split(" ")[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        if (head || status == 204) {
            return new Response(status, headers, "", List.of());
        }
        if (headers.containsKey("transfer-encoding")) {
            List<String> chunks = new ArrayList<>();
            for (int size = size(); size > 0; size = size()) {
                chunks.add(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line();
            }
            line();
            return new Response(status, headers, String.join("", chunks), chunks);
        }
        byte[] body = headers.containsKey("content-length")
                ? in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "")))
                : in.readAllBytes();
        return new Response(status, headers, new String(body, StandardCharsets.UTF_8), List.of());
    }

    private int size() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection after: " + line);
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
