package dev.aiserver.rehearsal;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
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
import java.util.stream.Stream;

/** Provides a home directory and an {@code ollama} command that exist for one rehearsal only. */
final class TemporaryHome {
    /** Sets the speed of a small model on a fast machine. Without a delay between tokens, streaming could not be observed. */
    private static final String PACE = "{\"tokenDelayMillis\": 4, \"promptTokenDelayMicros\": 100}";

    private final Path root;
    private final List<AutoCloseable> closeFirst = new ArrayList<>();

    private TemporaryHome(Path root) {
        this.root = root;
    }

    /**
     * Creates the home directory and the command.
     *
     * @param folder directory for temporary files
     * @param jar with the program that runs in place of Ollama
     * @param mainClass of that program
     */
    static TemporaryHome createIn(Path folder, Path jar, String mainClass) {
        try {
            TemporaryHome home = new TemporaryHome(Files.createTempDirectory(folder, "aiserver-rehearsal-"));
            Files.createDirectories(home.home().resolve("Library"));
            Files.createDirectories(home.ollama().getParent());
            Files.createDirectories(home.runtime().getParent());
            Files.createSymbolicLink(home.runtime(), Path.of(System.getProperty("java.home"), "bin", "java"));
            Files.createDirectories(home.models());
            Files.writeString(home.models().resolve("faults.json"), PACE);
            Files.writeString(home.ollama(), home.ollamaScript(jar, mainClass));
            Files.setPosixFilePermissions(home.ollama(), PosixFilePermissions.fromString("rwx------"));
            return home;
        } catch (IOException e) {
            throw new UserError("Could not create a temporary home directory in " + folder + ": " + e.getMessage(), e);
        }
    }

    Path home() {
        return root.resolve("home");
    }

    /** Returns the command that starts the model server in place of Ollama, as the property list does. */
    Path ollama() {
        return root.resolve("bin/ollama");
    }

    /** Returns a link to Java by the name that lsof and ps then show. */
    private Path runtime() {
        return root.resolve("runtime/ollama");
    }

    private Path models() {
        return root.resolve("models");
    }

    /**
     * Returns the script that starts the model server. Models are kept outside the home directory, because an installation
     * does not own them. The locale is for the path of the jar: without one, Java on Linux handles only ASCII names.
     */
    private String ollamaScript(Path jar, String mainClass) {
        return """
                #!/bin/sh
                export OLLAMA_MODELS=%s LC_ALL=C.UTF-8
                exec %s -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp %s %s "$@"
                """.formatted(
                        quoted(models().toString()), quoted(runtime().toString()), quoted(jar.toString()), mainClass);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Returns the user's environment with HOME set to this home directory. */
    Map<String, String> environment(Map<String, String> usersEnvironment) {
        Map<String, String> environment = new HashMap<>(usersEnvironment);
        environment.put("HOME", home().toString());
        return environment;
    }

    /** Returns distinct free ports: each is held until the last one is found. */
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
            throw new UserError("Could not find a free port on loopback: " + e.getMessage(), e);
        }
    }

    /** Returns every file and directory of the home directory, with its content and attributes. */
    Map<Path, FileState> tree(Host host) {
        try (Stream<Path> paths = Files.walk(home())) {
            Map<Path, FileState> tree = new TreeMap<>();
            paths.forEach(path -> tree.put(path, host.ask(Query.file(path))));
            return tree;
        } catch (IOException e) {
            throw new UserError("Could not read the temporary home directory: " + e.getMessage(), e);
        }
    }

    /** Registers a resource to close before the files are removed. */
    void closeFirst(AutoCloseable resource) {
        closeFirst.add(resource);
    }

    @Override
    public String toString() {
        return root.toString();
    }

    boolean exists() {
        return Files.exists(root);
    }

    /**
     * Stops the processes and removes every file; a second call does nothing. After an interrupt the rehearsal may still
     * be writing, so removal is retried until nothing is left.
     */
    synchronized void remove() {
        for (AutoCloseable resource : closeFirst) {
            close(resource);
        }
        if (!new Poller(Duration.ofMillis(20)).await(Duration.ofSeconds(5), this::isRemoved)) {
            throw new UserError("Could not remove the temporary home directory. Remove it by hand: rm -rf "
                    + quoted(root.toString()));
        }
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new UserError("Could not stop a process of the rehearsal: " + e.getMessage(), e);
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
