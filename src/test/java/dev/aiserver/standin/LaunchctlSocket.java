package dev.aiserver.standin;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.EmbeddedPlutil;
import standin.launchd.ProgramResult;

/** Serves the stand-in scripts {@code launchctl} and {@code plutil} on a port, for an embedded launchd. */
public final class LaunchctlSocket implements AutoCloseable {
    private final ServerSocket server;
    private final EmbeddedLaunchctl launchctl;
    private final EmbeddedPlutil plutil = new EmbeddedPlutil();

    /** Listens on loopback. The caller closes {@code launchctl}. */
    public LaunchctlSocket(EmbeddedLaunchctl launchctl) {
        this(launchctl, InetAddress.getLoopbackAddress());
    }

    /** Listens on an address of the test's network namespaces only. The caller closes {@code launchctl}. */
    LaunchctlSocket(EmbeddedLaunchctl launchctl, InetAddress address) {
        this.launchctl = launchctl;
        try {
            this.server = new ServerSocket(0, 50, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        inOwnThread(this::acceptAll);
    }

    /** Returns the port for the scripts' {@code STANDIN_LAUNCHD_PORT}. */
    public int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                inOwnThread(() -> respond(socket));
            } catch (SocketException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void respond(Socket socket) {
        try (socket) {
            InputStream request = new BufferedInputStream(socket.getInputStream());
            int count = Integer.parseInt(word(request));
            List<String> words = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                words.add(word(request));
            }
            byte[] stdin = Base64.getDecoder().decode(word(request));
            ProgramResult result = run(words.get(0), words.subList(1, count), stdin);
            String stdout = escaped(result.stdout());
            String stderr = escaped(result.stderr());
            String response =
                    result.exitCode() + " " + stdout.length() + " " + stderr.length() + "\n" + stdout + stderr;
            socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // A test of a hanging launchctl has killed the script while it waited.
            return;
        }
    }

    private ProgramResult run(String command, List<String> arguments, byte[] stdin) {
        return command.equals("plutil") ? plutil.run(arguments, stdin) : launchctl.run(arguments);
    }

    /** Escapes bytes for the shell's {@code printf %b}. */
    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            if (each >= ' ' && each <= '~' && each != '\\') {
                text.append((char) each);
            } else {
                int octal = Byte.toUnsignedInt(each);
                text.append("\\0").append(octal >> 6).append(octal >> 3 & 7).append(octal & 7);
            }
        }
        return text.toString();
    }

    private static String word(InputStream request) throws IOException {
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        for (int next = request.read(); next > 0; next = request.read()) {
            word.write(next);
        }
        return word.toString(StandardCharsets.UTF_8);
    }

    private static void inOwnThread(Runnable work) {
        Thread thread = new Thread(work, "launchctl-socket");
        thread.setDaemon(true);
        thread.start();
    }
}
