package dev.aiserver.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Whether a TCP connection can be made; nothing is sent over it. */
public final class Reach {
    private static final int TIMEOUT_MILLIS = 1000;

    private Reach() {}

    public static boolean answers(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
