package dev.aiserver.host.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.AcceptAllPublickeyAuthenticator;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.jspecify.annotations.Nullable;

/** A second SSH implementation, in this JVM, whose sessions have exactly the given environment. */
final class EmbeddedSshd implements AutoCloseable {
    private final SshServer server = SshServer.setUpDefaultServer();
    private volatile Map<String, String> environment = Map.of();
    private volatile String shell = "";

    EmbeddedSshd(Path hostKey) throws IOException {
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider(hostKey));
        server.setPublickeyAuthenticator(AcceptAllPublickeyAuthenticator.INSTANCE);
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, line) -> new ShellCommand(shell.isEmpty() ? line : shell, environment));
        server.start();
    }

    int port() {
        return server.getPort();
    }

    /** Sets the environment of later sessions. */
    void environment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
    }

    /** Makes later sessions run this script instead of their command. */
    void runInstead(String script) {
        shell = script;
    }

    private static void inBackground(Runnable work) {
        Thread thread = new Thread(work, "session");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }

    /** Runs a command line in a shell. The library's own implementation reads and writes in turns and can block. */
    private static final class ShellCommand implements Command {
        private final ProcessBuilder shell;
        private @Nullable Process process;
        private InputStream in = InputStream.nullInputStream();
        private OutputStream out = OutputStream.nullOutputStream();
        private OutputStream err = OutputStream.nullOutputStream();
        private @Nullable ExitCallback exit;

        ShellCommand(String line, Map<String, String> environment) {
            shell = new ProcessBuilder("/bin/sh", "-c", line);
            shell.environment().clear();
            shell.environment().putAll(environment);
        }

        @Override
        public void start(ChannelSession channel, Environment ignored) throws IOException {
            Process started = shell.start();
            process = started;
            inBackground(() -> pump(in, started.getOutputStream()));
            CompletableFuture<Void> drained = CompletableFuture.allOf(
                    CompletableFuture.runAsync(() -> pump(started.getInputStream(), out), EmbeddedSshd::inBackground),
                    CompletableFuture.runAsync(() -> pump(started.getErrorStream(), err), EmbeddedSshd::inBackground));
            drained.thenRun(() -> exited(started));
        }

        private void exited(Process ended) {
            ExitCallback callback = exit;
            if (callback != null) {
                callback.onExit(ended.onExit().join().exitValue());
            }
        }

        private static void pump(InputStream from, OutputStream to) {
            byte[] buffer = new byte[8192];
            try (to) {
                for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                    to.write(buffer, 0, count);
                    to.flush();
                }
            } catch (IOException e) {
                // One of the two ends is closed.
                return;
            }
        }

        @Override
        public void destroy(ChannelSession channel) {
            Process running = process;
            if (running != null) {
                running.destroy();
            }
        }

        @Override
        public void setInputStream(InputStream stream) {
            in = stream;
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            out = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            err = stream;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            exit = callback;
        }
    }
}
