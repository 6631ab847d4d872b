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
 * The TCP connection below a session, which records when data last arrived. The library's own monitoring is not enough:
 * it hangs when it wants to send and the server no longer reads. Before the login it also reads unlimited data.
 */
final class WatchedSocket implements SocketFactory {
    /** A server's greeting is a few thousand bytes, and a login banner may fill several screens. */
    private static final int MAX_BYTES_BEFORE_LOGIN = 1 << 20;

    /** The login may wait in total this many times the connect timeout. Time for the user's answers does not count. */
    private static final int MAX_WAITS_BEFORE_LOGIN = 6;

    private final Duration connectTimeout;
    private final Optional<Session> via;
    private volatile boolean loggedIn;
    private int read;
    private long waited;
    private volatile Socket socket = new Socket();
    private volatile long lastReceived = System.nanoTime();

    /**
     * Creates the socket.
     *
     * @param connectTimeout for the host to accept the connection
     * @param via the session with the jump host that opens the connection, if any
     */
    WatchedSocket(Duration connectTimeout, Optional<Session> via) {
        this.connectTimeout = connectTimeout;
        this.via = via;
    }

    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastReceived);
    }

    /** Lifts the limits that apply before the login. */
    void loggedIn() {
        loggedIn = true;
    }

    /** Returns the host's address, unless a jump host made the connection. */
    Optional<InetAddress> address() {
        return Optional.ofNullable(socket.getInetAddress());
    }

    void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is abandoned in any case.
            return;
        }
    }

    /** Connects to the first address of the host that accepts, as ssh does. */
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
            throw new IOException("it keeps sending data that is not valid SSH");
        }
    }

    @Override
    public OutputStream getOutputStream(Socket ours) throws IOException {
        return ours.getOutputStream();
    }
}
