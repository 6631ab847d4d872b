package dev.aiserver.net;

import dev.aiserver.host.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Whether a TCP connection can be made; nothing is sent over it. */
public final class Reach {
    private static final int TIMEOUT_MILLIS = 1000;

    private Reach() {}

    /** From this machine. */
    public static boolean answers(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** From that host. */
    public static boolean answers(Host host, String address, int port) {
        InetSocketAddress there = new InetSocketAddress(address, port);
        InetSocketAddress route = host.route(there);
        if (route.equals(there)) {
            return answers(address, port);
        }
        try (Socket socket = new Socket()) {
            socket.connect(route, TIMEOUT_MILLIS);
            return staysOpen(socket);
        } catch (IOException e) {
            return false;
        }
    }

    /** The near end of a route accepts every connection, and closes it when the far end is refused. */
    private static boolean staysOpen(Socket socket) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        try {
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }
}
