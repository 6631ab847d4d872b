package standin.launchd;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Starts a job's process as launchd does: with launchd's environment, nothing from the caller, and no shell in between. */
final class Spawner {
    private static final String STANDARD_PATH = "/usr/bin:/bin:/usr/sbin:/sbin";
    private static final File NULL = new File("/dev/null");

    /** Puts a process into its own group, which neither Java nor a shell's exec can do. Linux has setsid, a Mac has perl. */
    private static final List<List<String>> OWN_GROUP =
            List.of(List.of("/usr/bin/setsid"), List.of("/usr/bin/perl", "-e", "setpgrp; exec { $ARGV[0] } @ARGV"));

    private final Account account;

    Spawner(Account account) {
        this.account = account;
    }

    /**
     * Starts the process of a job.
     *
     * @param session variables that {@code launchctl setenv} has set for the session
     * @throws IOException if the program or a directory does not exist, or a log cannot be opened
     */
    Process spawn(JobDefinition job, Map<String, String> session) throws IOException {
        Path program = program(job.program());
        Map<String, String> environment = environment(job, session);
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", prelude(job, environment.keySet()), "sh"));
        argv.addAll(OWN_GROUP.stream()
                .filter(wrapper -> Files.isExecutable(Path.of(wrapper.get(0))))
                .findFirst()
                .orElse(List.of()));
        argv.addAll(account.spawnPrefix());
        argv.add(program.toString());
        argv.addAll(job.arguments().subList(1, job.arguments().size()));

        ProcessBuilder builder = new ProcessBuilder(argv)
                .directory(job.workingDirectory().orElse(Path.of("/")).toFile())
                .redirectInput(Redirect.from(NULL))
                .redirectOutput(log(job.stdout()))
                .redirectError(log(job.stderr()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    /**
     * Sends a signal. A process that no longer exists is not an error.
     *
     * @param name signal name without SIG, or its number
     * @param pid process id; negative for the process group that this process leads
     */
    void signal(String name, long pid) throws IOException {
        awaitEnd(new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" -- \"$2\"", "sh", name, Long.toString(pid))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start());
    }

    /** Waits until a process has ended, without onExit(): its threads may all be waiting for the lock. */
    void awaitEnd(Process process) {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, String> defaultEnvironment() {
        return Map.of("PATH", STANDARD_PATH);
    }

    Map<String, String> inheritedEnvironment(Map<String, String> session) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "HOME",
                account.home().toString(),
                "USER",
                account.user(),
                "LOGNAME",
                account.user(),
                "SHELL",
                "/bin/zsh",
                "TMPDIR",
                "/tmp/",
                "SSH_AUTH_SOCK",
                "/var/run/com.apple.launchd.rehearsal/Listeners"));
        environment.putAll(session);
        return environment;
    }

    Map<String, String> ownEnvironment(JobDefinition job) {
        Map<String, String> environment =
                new TreeMap<>(Map.of("XPC_SERVICE_NAME", job.label(), "XPC_FLAGS", "0x0", "OSLogRateLimit", "64"));
        environment.putAll(job.environment());
        return environment;
    }

    private Map<String, String> environment(JobDefinition job, Map<String, String> session) {
        Map<String, String> environment = new TreeMap<>(defaultEnvironment());
        environment.putAll(inheritedEnvironment(session));
        environment.putAll(ownEnvironment(job));
        return environment;
    }

    /**
     * Returns shell lines for what ProcessBuilder cannot do. A limit above this user's maximum stays unchanged, because
     * only launchd runs as root. The lines unset the shell's variables, then exec the program under the same process id.
     */
    private static String prelude(JobDefinition job, Set<String> keep) {
        List<String> lines = new ArrayList<>();
        lines.add("umask " + Integer.toOctalString(job.umask()));
        // The soft limit is set before the hard one to lower both, and again after it to raise both.
        limit("S", job.softFiles()).ifPresent(lines::add);
        limit("H", job.hardFiles()).ifPresent(lines::add);
        limit("S", job.softFiles()).ifPresent(lines::add);
        Stream.of("PWD", "OLDPWD", "SHLVL")
                .filter(name -> !keep.contains(name))
                .forEach(name -> lines.add("unset " + name));
        lines.add("exec \"$@\"");
        return String.join("\n", lines);
    }

    private static Optional<String> limit(String kind, Optional<Integer> files) {
        return files.map(count -> "ulimit -" + kind + "n " + count + " 2>/dev/null || :");
    }

    private static Path program(String name) throws IOException {
        Stream<Path> candidates = name.startsWith("/")
                ? Stream.of(Path.of(name))
                : Stream.of(STANDARD_PATH.split(":")).map(directory -> Path.of(directory, name));
        return candidates
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException(name));
    }

    private static Redirect log(Optional<Path> path) throws IOException {
        if (path.isEmpty()) {
            return Redirect.DISCARD;
        }
        Path directory = path.get().getParent();
        if (directory != null) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr--r--")));
        }
        return Redirect.appendTo(path.get().toFile());
    }
}
