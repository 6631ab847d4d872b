package dev.aiserver.host.ssh;

import com.jcraft.jsch.ChannelDirectTCPIP;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection that the remote host opens, carried in a channel of the SSH session (direct-tcpip, RFC 4254, section
 * 7.2). Nothing listens on this machine for it, so no other local program can use it.
 */
final class ChannelSocket extends SocketImpl {
    /** RFC 4254, section 5.1: the server is configured not to forward. */
    private static final int PROHIBITED = 1;

    /** The code that jsch reports for a channel that the server has not answered for. */
    private static final int NO_REASON = -1;

    private final Session session;
    private final ChannelBuffer incoming;
    private @Nullable ChannelDirectTCPIP channel;
    private @Nullable OutputStream out;

    private ChannelSocket(Session session) {
        this.session = session;
        this.incoming = new ChannelBuffer(session::isConnected);
    }

    /**
     * Opens the connection.
     *
     * @param address as the remote host resolves it
     * @param millis timeout for the connection; zero means the library's own
     */
    static Socket connect(Session session, InetSocketAddress address, int millis) throws IOException {
        Socket socket = new Socket(new ChannelSocket(session)) {};
        try {
            socket.connect(InetSocketAddress.createUnresolved(address.getHostString(), address.getPort()), millis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    protected void connect(SocketAddress address, int millis) throws IOException {
        InetSocketAddress target = (InetSocketAddress) address;
        try {
            ChannelDirectTCPIP opened = (ChannelDirectTCPIP) session.openChannel("direct-tcpip");
            if (opened == null) {
                throw new SocketException("the SSH connection is lost");
            }
            channel = opened;
            opened.setHost(target.getHostString());
            opened.setPort(target.getPort());
            opened.setOutputStream(incoming);
            out = opened.getOutputStream();
            opened.connect(millis);
        } catch (JSchException e) {
            throw failure(e);
        }
    }

    private IOException failure(JSchException e) {
        int reason = channel == null ? NO_REASON : channel.getExitStatus();
        if (!session.isConnected()) {
            return new SocketException("the SSH connection is lost: " + e.getMessage());
        }
        return switch (reason) {
            case PROHIBITED -> new SocketException("its SSH server does not allow TCP forwarding (AllowTcpForwarding)");
            case NO_REASON -> new SocketTimeoutException("the connection timed out");
            default -> new ConnectException("Connection refused");
        };
    }

    @Override
    protected InputStream getInputStream() {
        return incoming.reader();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        OutputStream stream = out;
        if (stream == null) {
            throw new SocketException("not connected");
        }
        // The library's stream buffers data until it is flushed, but users of a socket do not flush.
        return new FilterOutputStream(stream) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                out.flush();
            }

            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }
        };
    }

    @Override
    protected int available() {
        return incoming.available();
    }

    @Override
    protected void shutdownOutput() throws IOException {
        getOutputStream().close();
    }

    @Override
    protected void close() {
        if (channel != null) {
            channel.disconnect();
        }
        incoming.close();
    }

    @Override
    public void setOption(int option, Object value) {
        // The other options concern TCP, which the remote host handles.
        if (option == SocketOptions.SO_TIMEOUT) {
            incoming.setReadTimeout((Integer) value);
        }
    }

    @Override
    public Object getOption(int option) throws SocketException {
        throw new SocketException("a channel has no such option");
    }

    @Override
    protected void create(boolean stream) {
        // The channel is opened by connect.
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(InetSocketAddress.createUnresolved(host, port), 0);
    }

    @Override
    protected void connect(InetAddress address, int port) throws IOException {
        connect(address.getHostAddress(), port);
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        throw new SocketException("a channel is not bound");
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("a channel does not listen");
    }

    @Override
    protected void accept(SocketImpl socket) throws IOException {
        throw new SocketException("a channel does not listen");
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw new SocketException("a channel has no urgent data");
    }
}
