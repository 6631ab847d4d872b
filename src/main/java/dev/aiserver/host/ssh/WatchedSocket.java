package dev.aiserver.host.ssh;

import com.jcraft.jsch.Session;
import com.jcraft.jsch.SocketFactory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * The TCP connection below a session, which knows for how long nothing has come from the other side. The library's own
 * watch is not enough: it hangs where it wants to send and the other side reads no more. And until the login it reads
 * whatever comes, for ever.
 */
final class WatchedSocket implements SocketFactory {
    /** A server introduces itself with a few thousand bytes, and a banner before a login may fill some screens. */
    private static final int MAX_BYTES_BEFORE_LOGIN = 1 << 20;

    /** As many times as it may be waited for one piece it may be waited in all, not counting the person's answers. */
    private static final int MAX_WAITS_BEFORE_LOGIN = 6;

    private final Duration connectTimeout;
    private final Optional<Session> via;
    private volatile boolean loggedIn;
    private int read;
    private long waited;
    private volatile Socket socket = new Socket();
    private volatile long lastReceived = System.nanoTime();

    /**
     * @param connectTimeout for the other side to accept the connection
     * @param via the session with the machine that makes the connection, when it is not this one
     */
    WatchedSocket(Duration connectTimeout, Optional<Session> via) {
        this.connectTimeout = connectTimeout;
        this.via = via;
    }

    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastReceived);
    }

    /** From now on it may say more, and for longer. */
    void loggedIn() {
        loggedIn = true;
    }

    /** Of the other side, when it was reached from here. */
    Optional<InetAddress> address() {
        return Optional.ofNullable(socket.getInetAddress());
    }

    void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is given up in any case.
            return;
        }
    }

    /** Tries all addresses of the host, as ssh does. */
    @Override
    public Socket createSocket(String host, int port) throws IOException {
        int millis = Math.toIntExact(connectTimeout.toMillis());
        if (via.isPresent()) {
            socket = ChannelSocket.connect(via.get(), InetSocketAddress.createUnresolved(host, port), millis);
            return socket;
        }
        IOException failure = new UnknownHostException(host);
        for (InetAddress address : InetAddress.getAllByName(host)) {
            Socket attempt = new Socket();
            try {
                attempt.connect(new InetSocketAddress(address, port), millis);
                socket = attempt;
                return attempt;
            } catch (IOException e) {
                attempt.close();
                failure = e;
            }
        }
        throw failure;
    }

    @Override
    public InputStream getInputStream(Socket ours) throws IOException {
        return new FilterInputStream(ours.getInputStream()) {
            @Override
            public int read() throws IOException {
                long start = System.nanoTime();
                int value = super.read();
                received(1, start);
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                long start = System.nanoTime();
                int count = super.read(buffer, offset, length);
                received(count, start);
                return count;
            }
        };
    }

    private void received(int count, long start) throws IOException {
        lastReceived = System.nanoTime();
        if (loggedIn) {
            return;
        }
        read += count;
        waited += lastReceived - start;
        if (read > MAX_BYTES_BEFORE_LOGIN
                || waited > connectTimeout.multipliedBy(MAX_WAITS_BEFORE_LOGIN).toNanos()) {
            throw new IOException("it speaks on and on, and not as an SSH server does");
        }
    }

    @Override
    public OutputStream getOutputStream(Socket ours) throws IOException {
        return ours.getOutputStream();
    }
}
