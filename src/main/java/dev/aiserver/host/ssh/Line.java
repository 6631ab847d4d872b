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
 * watch is not enough: it hangs where it wants to send and the other side reads no more.
 */
final class Line implements SocketFactory {
    private final Duration patience;
    private final Optional<Session> way;
    private volatile Socket socket = new Socket();
    private volatile long lastHeard = System.nanoTime();

    /**
     * @param patience for the other side to accept the connection
     * @param way the session with the machine that makes the connection, when it is not this one
     */
    Line(Duration patience, Optional<Session> way) {
        this.patience = patience;
        this.way = way;
    }

    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - lastHeard);
    }

    /** Of the other side, when it was reached from here. */
    Optional<InetAddress> address() {
        return Optional.ofNullable(socket.getInetAddress());
    }

    void cut() {
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
        int millis = Math.toIntExact(patience.toMillis());
        if (way.isPresent()) {
            socket = ChannelSocket.connect(way.get(), InetSocketAddress.createUnresolved(host, port), millis);
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
                return heard(super.read());
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return heard(super.read(buffer, offset, length));
            }
        };
    }

    private int heard(int result) {
        lastHeard = System.nanoTime();
        return result;
    }

    @Override
    public OutputStream getOutputStream(Socket ours) throws IOException {
        return ours.getOutputStream();
    }
}
