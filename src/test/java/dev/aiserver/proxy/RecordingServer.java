package dev.aiserver.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Takes the place of Ollama: records every request byte for byte and responds as the test defines. */
final class RecordingServer implements AutoCloseable {
    /** The body of the default response, whose head has a forged X-Aiserver header that the proxy must remove. */
    static final String SERVED = "{\"served\":true}";

    /** Writes the response to a request; the connection stays open afterwards. */
    interface Responder {
        void write(Request request, Connection connection) throws IOException, InterruptedException;
    }

    /** A request as received, with the decoded content of a chunked body. */
    record Request(String head, byte[] body) {
        String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        String methodAndTarget() {
            return line().substring(0, line().lastIndexOf(' '));
        }

        List<String> headers(String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** The server's end of one connection. */
    record Connection(Socket socket, InputStream in) {
        void send(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void sendChunk(String text) throws IOException {
            send(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
        }

        /** Blocks until the other side closes the connection. */
        void awaitClose() throws IOException {
            try {
                while (in.read() >= 0) {}
            } catch (SocketException e) {
                if (socket.isClosed()) {
                    throw e;
                }
            }
        }
    }

    private final ServerSocket listener;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Responder responder = RecordingServer::serve;

    private RecordingServer(ServerSocket listener) {
        this.listener = listener;
    }

    static RecordingServer start() throws IOException {
        return start(0);
    }

    static RecordingServer start(int port) throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
        RecordingServer server = new RecordingServer(listener);
        inBackground(server::accept);
        return server;
    }

    int port() {
        return listener.getLocalPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** Responds in this way from now on, and clears the recorded requests. */
    void respond(Responder next) {
        requests.clear();
        responder = next;
    }

    void reset() {
        respond(RecordingServer::serve);
    }

    private static void serve(Request request, Connection connection) throws IOException {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Aiserver: forged\r\nContent-Length: "
                + SERVED.length() + "\r\n\r\n" + (request.line().startsWith("HEAD ") ? "" : SERVED));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                inBackground(() -> serve(socket));
            } catch (SocketException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(socket, new BufferedInputStream(socket.getInputStream()));
            for (@Nullable Request request = read(connection); request != null; request = read(connection)) {
                requests.add(request);
                responder.write(request, connection);
            }
        } catch (EOFException | SocketException e) {
            return; // the proxy closed the connection; the recorded requests remain
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** Reads the next request of a connection; returns null at its end. */
    private static @Nullable Request read(Connection connection) throws IOException {
        InputStream in = connection.in();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                if (head.size() == 0) {
                    return null;
                }
                throw new EOFException("the connection ended within a head");
            }
            head.write(next);
        }
        Request request = new Request(head.toString(StandardCharsets.ISO_8859_1), new byte[0]);
        if (!request.headers("Expect").isEmpty()) {
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (!request.headers("Transfer-Encoding").isEmpty()) {
            return new Request(request.head(), chunks(in));
        }
        List<String> length = request.headers("Content-Length");
        return length.isEmpty() ? request : new Request(request.head(), in.readNBytes(Integer.parseInt(length.get(0))));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size = Integer.parseInt(line(in), 16);
        while (size > 0) {
            body.write(in.readNBytes(size));
            line(in);
            size = Integer.parseInt(line(in), 16);
        }
        line(in);
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection ended within a body");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "recording-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
