package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.CommandTrace;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Scripts that run on the remote host in one round trip, and their results. A random mark splits both streams. Earlier
 * output comes before the first mark, and the last mark is the end, even if a started process holds the streams open.
 */
final class ShellBatch {
    private static final int MARKS_BEFORE_ANSWERS = 2;
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    /** A number printed by the remote shell: its process id, or an exit code. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");

    private final List<? extends RemoteScript<?>> scripts;
    private final boolean continues;
    private final String mark;

    ShellBatch(List<? extends RemoteScript<?>> scripts) {
        this(scripts, true);
    }

    /**
     * Creates a batch.
     *
     * @param continues whether later scripts run after one that failed
     */
    private ShellBatch(List<? extends RemoteScript<?>> scripts, boolean continues) {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        // Only the first character is not a hexadecimal digit, so the mark cannot overlap itself.
        this.mark = "#" + HexFormat.of().formatHex(random);
        this.scripts = scripts;
        this.continues = continues;
    }

    /** Returns a batch that stops after the first script that fails. The results after it mean nothing. */
    static ShellBatch untilOneFails(List<? extends RemoteScript<?>> scripts) {
        return new ShellBatch(scripts, false);
    }

    /** Reports each script that ended, or was cut off, with the time of the whole batch. */
    void trace(BatchResult result, Duration duration, CommandTrace trace) {
        for (int i = 0; i < result.answers().size(); i++) {
            trace.ended(scripts.get(i).name(), result.answers().get(i).exitCode(), duration);
        }
        int next = result.answers().size();
        result.unfinished().ifPresent(partial -> trace.ended(scripts.get(next).name(), partial.exitCode(), duration));
    }

    /**
     * The results of a batch.
     *
     * @param answers as many as are complete
     * @param unfinished the output of the next script, if one is missing
     */
    record BatchResult(List<CommandResult> answers, Optional<CommandResult> unfinished) {}

    /**
     * Runs the batch and waits for its results. At the time or output limit, everything that it started is killed. The
     * scripts must leave nothing running that could disturb the next batch.
     */
    BatchResult run(Connection connection, Duration limit) {
        return run(connection, limit, false);
    }

    /** Runs the batch like {@link #run}, but also stops when the thread is interrupted. */
    BatchResult runUnlessInterrupted(Connection connection, Duration limit) {
        return run(connection, limit, true);
    }

    /**
     * Runs the batch in a shell of its own, which is closed afterwards, so that the scripts may leave processes
     * running. Also stops when the thread is interrupted.
     */
    BatchResult runInOwnShellUnlessInterrupted(Connection connection, Duration limit) {
        try (RemoteShell shell = connection.newShell()) {
            return run(connection, shell, limit, true);
        }
    }

    private BatchResult run(Connection connection, Duration limit, boolean interruptible) {
        RemoteShell shell = connection.shell();
        boolean whole = false;
        try {
            BatchResult result = run(connection, shell, limit, interruptible);
            whole = result.unfinished().isEmpty();
            return result;
        } finally {
            if (whole) {
                connection.release(shell);
            } else {
                shell.close();
            }
        }
    }

    private BatchResult run(Connection connection, RemoteShell shell, Duration limit, boolean interruptible) {
        BatchResult result = exchange(connection, shell, limit, interruptible);
        if (result.unfinished().isPresent()) {
            // Killing may need another channel, and the library cannot open one in an interrupted thread or clears the
            // interrupt flag.
            boolean interrupted = Thread.interrupted();
            try {
                kill(connection, shell);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        return result;
    }

    private BatchResult exchange(Connection connection, RemoteShell shell, Duration limit, boolean interruptible) {
        connection.countRoundTrip();
        shell.begin(mark, script());
        BooleanSupplier ended = () -> answeredCount(shell) == scripts.size() || shell.isOverLimit();
        if (interruptible) {
            shell.awaitUnlessInterrupted(limit, ended);
        } else {
            shell.await(limit, ended);
        }
        // Counted before the kill, because the shell may still report the death of its child.
        return result(connection, shell, answeredCount(shell));
    }

    private BatchResult result(Connection connection, RemoteShell shell, int answered) {
        List<CommandResult> answers = new ArrayList<>();
        for (int i = 0; i < answered; i++) {
            String status = number(connection, shell.stdout().section(place(i) + 1));
            answers.add(answer(shell, i, (int) Math.min(CommandResult.OUTPUT_LIMIT_EXCEEDED, Long.parseLong(status))));
        }
        int exitCode = shell.isOverLimit() ? CommandResult.OUTPUT_LIMIT_EXCEEDED : CommandResult.TIMED_OUT;
        return new BatchResult(
                answers, answered < scripts.size() ? Optional.of(answer(shell, answered, exitCode)) : Optional.empty());
    }

    private static String number(Connection connection, byte[] output) {
        String text = new String(output, 0, Math.min(output.length, 20), StandardCharsets.US_ASCII);
        if (!NUMBER.matcher(text).matches()) {
            throw connection.lost("unexpected output from its shell");
        }
        return text;
    }

    private static CommandResult answer(RemoteShell shell, int index, int exitCode) {
        return new CommandResult(
                exitCode, shell.stdout().section(place(index)), shell.stderr().section(place(index)));
    }

    /**
     * Kills what the batch started, from another shell. A shell that has not reported its process id cannot be killed.
     */
    private static void kill(Connection connection, RemoteShell shell) {
        if (shell.stdout().marks() >= MARKS_BEFORE_ANSWERS) {
            String pid = pid(connection, shell);
            try (RemoteShell other = connection.newShell()) {
                new ShellBatch(List.of(Shell.killTree(pid))).exchange(connection, other, KILL_LIMIT, false);
            }
        }
    }

    /**
     * Starts a shell on the remote host that runs as long as the connection.
     *
     * @return its process id
     */
    static long startLease(Connection connection, Duration limit) {
        connection.countRoundTrip();
        RemoteShell shell = connection.newShell();
        ShellBatch batch = new ShellBatch(List.of());
        shell.begin(batch.mark, batch.script());
        if (!shell.await(limit, () -> shell.stdout().marks() >= MARKS_BEFORE_ANSWERS)) {
            throw connection.lost("its shell did not respond");
        }
        return Long.parseLong(pid(connection, shell));
    }

    /** Returns the process id of the remote shell. */
    private static String pid(Connection connection, RemoteShell shell) {
        return number(connection, shell.stdout().section(1));
    }

    private int answeredCount(RemoteShell shell) {
        int marks = Math.min(shell.stdout().marks(), shell.stderr().marks());
        return Math.max(0, Math.min(scripts.size(), (marks - MARKS_BEFORE_ANSWERS) / 2));
    }

    private static int place(int index) {
        return MARKS_BEFORE_ANSWERS + 2 * index;
    }

    private String script() {
        StringBuilder script = new StringBuilder("_marked $$\n_status=0\n");
        for (RemoteScript<?> each : scripts) {
            script.append(continues ? "" : "if [ $_status -eq 0 ]; then\n");
            script.append(invocation(each)).append("\n_status=$?\n").append(continues ? "" : "fi\n");
            script.append("_marked $_status\n");
        }
        return script.append(":").toString();
    }

    private static String invocation(RemoteScript<?> script) {
        String shell = "(\n" + script.script() + "\n) 2>&3 3>&-";
        return script.input().length == 0
                ? shell
                : "printf %b " + Shell.quote(Shell.escaped(script.input())) + " | " + shell;
    }
}
