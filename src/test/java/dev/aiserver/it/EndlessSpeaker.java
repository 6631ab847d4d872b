package dev.aiserver.it;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server that sends endless lines to each client. */
final class EndlessSpeaker {
    private EndlessSpeaker() {}

    /** @param args address and port */
    public static void main(String[] args) throws IOException {
        byte[] lines = "Welcome to this machine.\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[1]), 5, InetAddress.getByName(args[0]))) {
            while (true) {
                try (Socket client = server.accept()) {
                    OutputStream out = client.getOutputStream();
                    while (true) {
                        out.write(lines);
                    }
                } catch (IOException e) {
                    // This client has disconnected; wait for the next.
                    continue;
                }
            }
        }
    }
}
