package dev.aiserver.rehearsal;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.UserError;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A home and an {@code ollama} command that exist for one rehearsal only. */
final class TemporaryHome {
    /** As fast as a small model on a good machine: without any time between words nobody could see them stream. */
    private static final String PACE = "{\"tokenDelayMillis\": 4, \"promptTokenDelayMicros\": 100}";

    private final Path root;
    private final List<AutoCloseable> first = new ArrayList<>();

    private TemporaryHome(Path root) {
        this.root = root;
    }

    /** @param folder for temporary files */
    static TemporaryHome createIn(Path folder) {
        try {
            TemporaryHome home = new TemporaryHome(Files.createTempDirectory(folder, "aiserver-rehearsal-"));
            Files.createDirectories(home.home().resolve("Library"));
            Files.createDirectories(home.ollama().getParent());
            Files.createDirectories(home.models());
            Files.writeString(home.models().resolve("faults.json"), PACE);
            Files.writeString(home.ollama(), home.ollamaScript());
            Files.setPosixFilePermissions(home.ollama(), PosixFilePermissions.fromString("rwx------"));
            return home;
        } catch (IOException e) {
            throw new UserError("A throw-away home cannot be made in " + folder + ": " + e.getMessage(), e);
        }
    }

    Path home() {
        return root.resolve("home");
    }

    /** The model server in Ollama's place: a process of its own, started as the property list says. */
    Path ollama() {
        return root.resolve("bin/ollama");
    }

    private Path models() {
        return root.resolve("models");
    }

    /**
     * Models stay out of the home, because an installation does not own them. The locale is for the names in the class path:
     * without one, a Java on Linux finds those in ASCII only.
     */
    private String ollamaScript() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        return """
                #!/bin/sh
                export OLLAMA_MODELS=%s LC_ALL=C.UTF-8
                exec %s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp %s dev.aiserver.rehearsal.model.ModelServer "$@"
                """.formatted(quoted(models().toString()), quoted(java), quoted(classPath));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** The user's environment with this home in place of theirs. */
    Map<String, String> environment(Map<String, String> users) {
        Map<String, String> environment = new HashMap<>(users);
        environment.put("HOME", home().toString());
        return environment;
    }

    /** Ports that nobody listens on now; all are held until the last is found, so that no two are the same. */
    List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UserError("No free port can be had on loopback: " + e.getMessage(), e);
        }
    }

    /** Every file and folder of the home, with what is in it. */
    Map<Path, FileState> tree(Host host) {
        try (Stream<Path> paths = Files.walk(home())) {
            Map<Path, FileState> tree = new TreeMap<>();
            paths.forEach(path -> tree.put(path, host.file(path)));
            return tree;
        } catch (IOException e) {
            throw new UserError("The throw-away home cannot be read: " + e.getMessage(), e);
        }
    }

    /** To be closed before the files go. */
    void closeFirst(AutoCloseable resource) {
        first.add(resource);
    }

    @Override
    public String toString() {
        return root.toString();
    }

    boolean exists() {
        return Files.exists(root);
    }

    /**
     * Ends what was started and removes every file; once is enough, twice does no harm. After an interrupt the rehearsal
     * may still be writing, so it is tried again until nothing is left.
     */
    synchronized void remove() {
        for (AutoCloseable resource : first) {
            close(resource);
        }
        if (!new Poller(Duration.ofMillis(20)).await(Duration.ofSeconds(5), this::isRemoved)) {
            throw new UserError("The throw-away home " + root + " could not be removed; remove it by hand.");
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new UserError("A part of the rehearsal could not be ended: " + e.getMessage(), e);
        }
    }

    private boolean isRemoved() {
        if (!exists()) {
            return true;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
            return !exists();
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }
}
