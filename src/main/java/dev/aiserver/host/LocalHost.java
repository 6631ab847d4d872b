package dev.aiserver.host;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.apache.commons.exec.ProcessDestroyer;
import org.jspecify.annotations.Nullable;

/** This machine, as the user whose environment it is given. */
public final class LocalHost implements Host {

    /** Where a Mac's tools stand; a shell without a login and an SSH session know only half of it. */
    private static final List<String> USUAL_DIRECTORIES =
            List.of("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    private static final Duration WAIT_FOR_OUTPUT_OF_ORPHANS = Duration.ofSeconds(1);

    private final Map<String, String> environment;
    private final List<Path> searchPath;
    private @Nullable Facts facts;

    /** @param environment of the user: {@code PATH} and {@code HOME} decide, not the JVM's own */
    public LocalHost(Map<String, String> environment) {
        Set<String> directories =
                new LinkedHashSet<>(List.of(environment.getOrDefault("PATH", "").split(":")));
        directories.addAll(USUAL_DIRECTORIES);
        directories.removeIf(directory -> !directory.startsWith("/"));
        this.searchPath = directories.stream().map(Path::of).toList();
        this.environment = new HashMap<>(environment);
        this.environment.put("PATH", String.join(":", directories));
        this.environment.put("LC_ALL", "C");
    }

    @Override
    public synchronized Facts facts() {
        if (facts == null) {
            facts = askFacts();
        }
        return facts;
    }

    private Facts askFacts() {
        String script = "uname -s && uname -m && id -u && id -un && printf '%s\\n' \"$HOME\" && "
                + "{ sw_vers -productVersion 2>/dev/null || echo; }";
        CommandResult result = run(Command.of("/bin/sh", "-c", script));
        List<String> lines = result.text().lines().toList();
        if (!result.succeeded() || lines.size() < 6) {
            throw new Trouble("This machine does not say what it is: " + result.complaint()
                    + ". Check that uname and id work in a shell.");
        }
        if (!lines.get(4).startsWith("/")) {
            throw new Trouble("HOME is not set to an absolute path; set it to your home directory.");
        }
        return new Facts(
                lines.get(0),
                lines.get(1),
                lines.get(5),
                Integer.parseInt(lines.get(2)),
                lines.get(3),
                Path.of(lines.get(4)));
    }

    @Override
    public Optional<Path> find(String program) {
        return searchPath.stream()
                .map(directory -> directory.resolve(program))
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }

    @Override
    public CommandResult run(Command command) {
        // Java looks a program up on the JVM's own PATH, not on the one that the child gets.
        Optional<Path> program =
                command.program().contains("/") ? Optional.of(Path.of(command.program())) : find(command.program());
        if (program.isEmpty()) {
            return CommandResult.of(CommandResult.NOT_FOUND, "", command.program() + ": not found");
        }
        CommandLine line = new CommandLine(program.get().toFile());
        // As the value of a variable, because a plain argument would lose the white space at its ends.
        Map<String, String> arguments = new HashMap<>();
        for (int i = 1; i < command.argv().size(); i++) {
            arguments.put("argument" + i, command.argv().get(i));
            line.addArgument("${argument" + i + "}", false);
        }
        line.setSubstitutionMap(arguments);
        Map<String, String> childEnvironment = new HashMap<>(environment);
        childEnvironment.putAll(command.environment());

        Streams streams = new Streams(command.stdin());
        Deadline deadline = new Deadline(command.timeout());
        DefaultExecutor executor = DefaultExecutor.builder().get();
        executor.setStreamHandler(streams);
        executor.setProcessDestroyer(deadline);
        executor.setExitValues(null);
        try {
            int exitCode = executor.execute(line, childEnvironment);
            return new CommandResult(
                    deadline.expired ? CommandResult.TIMED_OUT : exitCode,
                    streams.stdout.toByteArray(),
                    streams.stderr.toByteArray());
        } catch (IOException e) {
            return CommandResult.of(CommandResult.NOT_FOUND, "", command.program() + ": cannot be run");
        }
    }

    /** Kills a process and all below it at its time limit; a plain watchdog would leave the children. */
    private static final class Deadline implements ProcessDestroyer {
        private final Duration limit;
        private volatile boolean expired;

        Deadline(Duration limit) {
            this.limit = limit;
        }

        @Override
        public boolean add(Process process) {
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> end(process));
            return true;
        }

        private void end(Process process) {
            if (process.isAlive()) {
                expired = true;
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }

        @Override
        public boolean remove(Process process) {
            return true;
        }

        @Override
        public int size() {
            return 0;
        }
    }

    /**
     * Feeds a process and gathers what it says. When it has ended, what orphans still hold open is left to them; the
     * library's own handler waits three times as long for it, and then calls the command failed.
     */
    private static final class Streams implements ExecuteStreamHandler {
        private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        private final byte[] stdin;
        private final List<Thread> pumps = new ArrayList<>();

        Streams(byte[] stdin) {
            this.stdin = stdin;
        }

        @Override
        public void setProcessInputStream(OutputStream process) {
            pump(new ByteArrayInputStream(stdin), process);
        }

        @Override
        public void setProcessOutputStream(InputStream process) {
            pump(process, stdout);
        }

        @Override
        public void setProcessErrorStream(InputStream process) {
            pump(process, stderr);
        }

        private void pump(InputStream from, OutputStream to) {
            Thread pump = new Thread(() -> transfer(from, to), "pump");
            pump.setDaemon(true);
            pumps.add(pump);
        }

        private static void transfer(InputStream from, OutputStream to) {
            try (to) {
                from.transferTo(to);
            } catch (IOException e) {
                // The process has closed its end: it wants no more input, or has no more to say.
                return;
            }
        }

        @Override
        public void start() {
            pumps.forEach(Thread::start);
        }

        @Override
        public void stop() {
            new Patience(Duration.ofMillis(1))
                    .await(WAIT_FOR_OUTPUT_OF_ORPHANS, () -> pumps.stream().noneMatch(Thread::isAlive));
        }
    }

    @Override
    public FileState file(Path path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(
                    path, "unix:mode,uid,isRegularFile,isDirectory,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) requireNonNull(attributes.get("mode")) & 07777;
            int owner = (Integer) requireNonNull(attributes.get("uid"));
            if (Boolean.TRUE.equals(attributes.get("isSymbolicLink"))) {
                return new FileState.Other("symbolic link", owner);
            }
            if (Boolean.TRUE.equals(attributes.get("isDirectory"))) {
                return new FileState.Directory(mode, owner);
            }
            if (Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
                return new FileState.Regular(Content.of(Files.readAllBytes(path)), mode, owner);
            }
            return new FileState.Other("special file", owner);
        } catch (NoSuchFileException e) {
            return new FileState.Absent();
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().contains("Not a directory")) {
                return new FileState.Absent();
            }
            throw refused("read", path, e);
        } catch (IOException e) {
            throw refused("read", path, e);
        }
    }

    @Override
    public List<Path> list(Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        } catch (IOException e) {
            throw refused("read", directory, e);
        }
    }

    @Override
    public void write(Path path, Content content, int mode) {
        Path temporary = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(permissions(0600)))) {
                ByteBuffer bytes = ByteBuffer.wrap(content.bytes());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                Files.setPosixFilePermissions(temporary, permissions(mode));
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(directoryOf(path), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            removeQuietly(temporary);
            throw refused("write", path, e);
        }
    }

    @Override
    public void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            return;
        } catch (IOException e) {
            throw refused("delete", path, e);
        }
    }

    @Override
    public void createDirectory(Path path, int mode) {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions(0700)));
            Files.setPosixFilePermissions(path, permissions(mode));
        } catch (IOException e) {
            throw refused("create", path, e);
        }
    }

    private static Path directoryOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static void removeQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The write's own failure is what the person must read; a full disk or lost permission explains both.
        }
    }

    private static Trouble refused(String verb, Path path, IOException e) {
        return new Trouble("Cannot " + verb + " " + path + ": " + reason(e) + ".", e);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied; check who owns it";
        }
        if (e instanceof NoSuchFileException) {
            return "its directory does not exist";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "something of that name is there already";
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        List<PosixFilePermission> byBit = new ArrayList<>(List.of(PosixFilePermission.values()));
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < byBit.size(); bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                set.add(byBit.get(bit));
            }
        }
        return set;
    }
}
