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

/** An open SSH connection to a machine, over all the machines on the way. */
final class Connection implements AutoCloseable {

    /** After each but the last, the other side is asked for a sign of life. */
    private static final int KEEPALIVE_PARTS = 3;

    private final Duration silence;
    private final String name;
    private final List<Leg> legs = new ArrayList<>();
    private final Deque<RemoteShell> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger roundTrips = new AtomicInteger();

    /** A session with one of the machines, and the TCP connection below it. */
    private record Leg(Session session, WatchedSocket socket) {
        void close() {
            // A session that says good-bye into a line that is stuck would never return.
            socket.abort();
            session.disconnect();
        }
    }

    private Connection(String name, Duration silence) {
        this.name = name;
        this.silence = silence;
    }

    /** @throws UserError when one of the machines cannot be reached, is not the right one, or lets nobody in */
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

    /** The library stumbles over some of what no SSH server says. */
    private static void connect(Session session, Duration timeout) throws JSchException {
        try {
            session.connect(Math.toIntExact(timeout.toMillis()));
        } catch (UserError refusal) {
            throw refusal;
        } catch (RuntimeException e) {
            throw new JSchException("it does not speak as an SSH server does", e);
        }
    }

    private Session last() {
        return legs.get(legs.size() - 1).session();
    }

    int roundTrips() {
        return roundTrips.get();
    }

    /** For a conversation: one that is idle, or a new one. */
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
                // What jsch returns of a session that ends at this very moment.
                throw loss().orElseGet(() -> lost("it was closed"));
            }
            return new RemoteShell(this, (ChannelExec) channel);
        } catch (JSchException e) {
            throw lost(e);
        }
    }

    /** After a conversation that has come to its end. */
    void release(RemoteShell shell) {
        idle.push(shell);
    }

    void countRoundTrip() {
        roundTrips.incrementAndGet();
    }

    /** A connection that the last machine makes. */
    Socket connect(InetSocketAddress there, Duration timeout) throws IOException {
        return ChannelSocket.connect(last(), there, Math.toIntExact(timeout.toMillis()));
    }

    /** Nothing while all is well; a connection that has been silent for too long is closed by asking. */
    Optional<UserError> loss() {
        if (legs.stream().anyMatch(leg -> leg.socket().silence().compareTo(silence) > 0)) {
            close();
            return Optional.of(lost("nothing was heard from it for " + silence.toSeconds() + " s"));
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
                "The connection to " + name + " was lost: " + FirstLine.of(reason)
                        + "; what was under way may be done or not, so run the command again.");
    }

    UserError shellFailed() {
        return new UserError(
                UserError.Kind.UNREACHABLE,
                name
                        + " lets you in, but runs nothing: its shell ended without an answer. Check that this prints hello:"
                        + " ssh " + name + " echo hello");
    }

    @Override
    public void close() {
        for (int i = legs.size() - 1; i >= 0; i--) {
            legs.get(i).close();
        }
    }
}
