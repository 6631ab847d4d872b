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

/** Tests whether a TCP connection can be made. Nothing is sent over it. */
public final class PortProbe {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int THREADS = 16;

    /** The result of an attempt to connect. */
    public enum Attempt {
        OPEN,
        /** The connection was refused or timed out. */
        CLOSED,
        /** There is no route from here, which says nothing about other machines. */
        UNTRIED
    }

    private PortProbe() {}

    /** Tests from this machine. */
    public static boolean isOpen(String address, int port) {
        return attempt(address, port) == Attempt.OPEN;
    }

    /** Tests from a host. */
    public static boolean isOpen(Host host, String address, int port) {
        return attempt(host, InetSocketAddress.createUnresolved(address, port)) == Attempt.OPEN;
    }

    /**
     * Tests several addresses from a host concurrently, because each may cost a round trip.
     *
     * @param addresses as the host resolves them
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
