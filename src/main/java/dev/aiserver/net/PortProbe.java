package dev.aiserver.net;

import dev.aiserver.host.Host;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Whether a TCP connection can be made; nothing is sent over it. */
public final class PortProbe {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int THREADS = 16;

    /** What came of trying to connect. */
    public enum Attempt {
        OPEN,
        /** It is refused, or not answered. */
        CLOSED,
        /** No way leads there from here, which says nothing about others. */
        UNTRIED
    }

    private PortProbe() {}

    /** From this machine. */
    public static boolean isOpen(String address, int port) {
        return attempt(address, port) == Attempt.OPEN;
    }

    /** From that host. */
    public static boolean isOpen(Host host, String address, int port) {
        return attempt(host, InetSocketAddress.createUnresolved(address, port)) == Attempt.OPEN;
    }

    /**
     * From that host, all at once, since each may cost a trip there.
     *
     * @param addresses as the host speaks of them, so they need mean nothing here
     */
    public static Map<InetSocketAddress, Attempt> attempts(Host host, List<InetSocketAddress> addresses) {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            Map<InetSocketAddress, CompletableFuture<Attempt>> running = new LinkedHashMap<>();
            addresses.forEach(address ->
                    running.put(address, CompletableFuture.supplyAsync(() -> attempt(host, address), pool)));
            Map<InetSocketAddress, Attempt> attempts = new LinkedHashMap<>();
            running.forEach((address, attempt) -> attempts.put(address, attempt.join()));
            return attempts;
        } finally {
            pool.shutdownNow();
        }
    }

    private static Attempt attempt(Host host, InetSocketAddress addresses) {
        try {
            host.connect(addresses, Duration.ofMillis(TIMEOUT_MILLIS)).close();
            return Attempt.OPEN;
        } catch (ConnectException | SocketTimeoutException e) {
            return Attempt.CLOSED;
        } catch (IOException e) {
            return Attempt.UNTRIED;
        }
    }

    private static Attempt attempt(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            return Attempt.OPEN;
        } catch (ConnectException | SocketTimeoutException e) {
            return Attempt.CLOSED;
        } catch (IOException e) {
            return Attempt.UNTRIED;
        }
    }
}
