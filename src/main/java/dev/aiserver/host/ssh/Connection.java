package dev.aiserver.host.ssh;

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** An open SSH connection to a host, through all its jump hosts. */
final class Connection implements AutoCloseable {

    /**
     * The silence limit is divided into this many parts. After each part but the last, a keep-alive request is sent.
     */
    private static final int KEEPALIVE_PARTS = 3;

    private final Duration silence;
    private final String name;
    private final List<Leg> legs = new ArrayList<>();
    private final Deque<RemoteShell> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger roundTrips = new AtomicInteger();

    /** An SSH session with one host on the way, and the TCP connection below it. */
    private record Leg(Session session, WatchedSocket socket) {
        void close() {
            // Cut the socket first: the session's goodbye on a stuck connection would block forever.
            socket.abort();
            session.disconnect();
        }
    }

    private Connection(String name, Duration silence) {
        this.name = name;
        this.silence = silence;
    }

    /**
     * Connects to a host.
     *
     * @throws UserError when a host on the way cannot be reached, presents the wrong key, or rejects the login
     */
    static Connection open(Destination destination, SshConfig config, Prompter prompter, SshOptions options) {
        SshTarget target = config.target(destination);
        Connection connection = new Connection(target.name(), options.silence());
        try {
            for (Destination jump : target.jumps()) {
                connection.extend(config.target(jump), prompter, options);
            }
            connection.extend(target, prompter, options);
            return connection;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void extend(SshTarget to, Prompter prompter, SshOptions options) {
        Prompter allowed = to.restrictions().promptsAllowed() ? prompter : Prompter.NONE;
        Keys keys = new Keys(to, allowed);
        PasswordPrompt passwords = new PasswordPrompt(to.name(), allowed);
        WatchedSocket socket =
                new WatchedSocket(options.connectTimeout(), legs.isEmpty() ? Optional.empty() : Optional.of(last()));
        try {
            Session session = new JSch().getSession(to.user(), to.host(), to.port());
            session.setSocketFactory(socket);
            session.setDaemonThread(true);
            session.setIdentityRepository(keys);
            session.setHostKeyRepository(new HostKeys(to, allowed, options.acceptNewHostKey(), socket::address));
            session.setUserInfo(passwords);
            session.setConfig("StrictHostKeyChecking", "yes");
            session.setConfig(
                    "PreferredAuthentications",
                    String.join(",", to.restrictions().methods()));
            to.restrictions().algorithms().forEach(session::setConfig);
            session.setServerAliveInterval(Math.toIntExact(silence.toMillis() / KEEPALIVE_PARTS));
            session.setServerAliveCountMax(KEEPALIVE_PARTS - 1);
            connect(session, options.connectTimeout());
            socket.loggedIn();
            legs.add(new Leg(session, socket));
        } catch (JSchException e) {
            socket.abort();
            throw new ConnectErrors(to, options.connectTimeout()).of(e, keys, passwords);
        }
    }

    /** Connects a session. The library throws runtime exceptions for some input that is not SSH. */
    private static void connect(Session session, Duration timeout) throws JSchException {
        try {
            session.connect(Math.toIntExact(timeout.toMillis()));
        } catch (UserError refusal) {
            throw refusal;
        } catch (RuntimeException e) {
            throw new JSchException("its response is not valid SSH", e);
        }
    }

    private Session last() {
        return legs.get(legs.size() - 1).session();
    }

    int roundTrips() {
        return roundTrips.get();
    }

    /** Returns an idle shell for a batch, or a new one. */
    RemoteShell shell() {
        for (RemoteShell shell = idle.poll(); shell != null; shell = idle.poll()) {
            if (shell.isOpen()) {
                return shell;
            }
        }
        return newShell();
    }

    RemoteShell newShell() {
        try {
            Channel channel = last().openChannel("exec");
            if (channel == null) {
                // jsch returns null for a session that is just ending.
                throw loss().orElseGet(() -> lost("it was closed"));
            }
            return new RemoteShell(this, (ChannelExec) channel);
        } catch (JSchException e) {
            throw lost(e);
        }
    }

    /** Returns a shell after a complete batch, so that it can be used again. */
    void release(RemoteShell shell) {
        idle.push(shell);
    }

    void countRoundTrip() {
        roundTrips.incrementAndGet();
    }

    /** Opens a TCP connection from the last host. */
    Socket connect(InetSocketAddress there, Duration timeout) throws IOException {
        return ChannelSocket.connect(last(), there, Math.toIntExact(timeout.toMillis()));
    }

    /** Returns an error when the connection is lost. Closes the connection when it has been silent for too long. */
    Optional<UserError> loss() {
        if (legs.stream().anyMatch(leg -> leg.socket().silence().compareTo(silence) > 0)) {
            close();
            return Optional.of(lost("no data was received for " + silence.toSeconds() + " s"));
        }
        return legs.stream().allMatch(leg -> leg.session().isConnected())
                ? Optional.empty()
                : Optional.of(lost("it was closed"));
    }

    UserError lost(JSchException e) {
        return loss().orElseGet(() -> lost(String.valueOf(e.getMessage())));
    }

    UserError lost(String reason) {
        return new UserError(
                UserError.Kind.UNREACHABLE,
                "Lost the connection to " + name + ": " + FirstLine.of(reason)
                        + ". The operation in progress may or may not have completed; run the command again.");
    }

    UserError shellFailed() {
        return new UserError(
                UserError.Kind.UNREACHABLE,
                name
                        + " accepted the login, but its shell exited without output. Check that this prints hello:"
                        + " ssh " + name + " echo hello");
    }

    @Override
    public void close() {
        for (int i = legs.size() - 1; i >= 0; i--) {
            legs.get(i).close();
        }
    }
}
