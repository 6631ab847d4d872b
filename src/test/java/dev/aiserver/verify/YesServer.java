package dev.aiserver.verify;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** Answers 200 to everything that looks like a request, even inside another request. */
final class YesServer implements AutoCloseable {
    private static final Pattern REQUEST = Pattern.compile("[A-Z]+[ \t]+/\\S+[ \t]+HTTP/\\d");
    private static final byte[] YES = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
                    + "{\"version\":\"1\"}")
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newCachedThreadPool();

    YesServer() throws IOException {
        threads.execute(this::accept);
    }

    int port() {
        return listener.getLocalPort();
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

    private static void serve(Socket socket) {
        try (socket) {
            byte[] bytes = new byte[1 << 17];
            int count = socket.getInputStream().read(bytes);
            if (count > 0) {
                String text = new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
                long requests = Math.max(1, REQUEST.matcher(text).results().count());
                for (long i = 0; i < requests; i++) {
                    socket.getOutputStream().write(YES);
                }
                socket.shutdownOutput();
                while (socket.getInputStream().read(bytes) >= 0) {
                    Thread.onSpinWait(); // closing earlier could reset the connection and lose the responses
                }
            }
        } catch (IOException e) {
            return; // the client disconnected
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
