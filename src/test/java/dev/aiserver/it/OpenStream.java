package dev.aiserver.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Reads one streamed response to its end or until it is cut. */
final class OpenStream {
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final CompletableFuture<Boolean> whole = new CompletableFuture<>();

    OpenStream(InetSocketAddress server, byte[] request) {
        Thread reader = new Thread(() -> read(server, request), "stream");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InetSocketAddress server, byte[] request) {
        boolean done = false;
        try (Socket socket = new Socket()) {
            socket.connect(server);
            socket.getOutputStream().write(request);
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null && !done; line = lines.readLine()) {
                if (line.startsWith("data: ")) {
                    begun.complete(true);
                }
                done = line.equals("data: [DONE]");
            }
        } catch (IOException e) {
            done = false;
        }
        begun.complete(false);
        whole.complete(done);
    }

    boolean hasBegun() {
        return begun.join();
    }

    boolean isWhole() {
        return whole.join();
    }
}
