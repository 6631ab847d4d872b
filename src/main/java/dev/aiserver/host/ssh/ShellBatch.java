package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
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
 * Questions that are put to the other side together, and its answers. A random mark divides both streams: whatever was
 * printed before stands before the first one, and the last one is the end, also when something that was started holds the
 * streams open.
 */
final class ShellBatch {
    private static final int BEFORE_THE_ANSWERS = 2;
    private static final Duration TO_END = Duration.ofSeconds(10);

    /** What the shell there says of itself: its process id, and how a question ended. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,10}");

    private final List<? extends RemoteScript<?>> questions;
    private final boolean goesOn;
    private final String mark;

    ShellBatch(List<? extends RemoteScript<?>> questions) {
        this(questions, true);
    }

    /** @param goesOn after a question that did not end well */
    private ShellBatch(List<? extends RemoteScript<?>> questions, boolean goesOn) {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        // Only its first character is no digit, so that no end of it is like its beginning.
        this.mark = "#" + HexFormat.of().formatHex(random);
        this.questions = questions;
        this.goesOn = goesOn;
    }

    /** What comes after a question that did not end well is not begun, and its answer means nothing. */
    static ShellBatch untilOneFails(List<? extends RemoteScript<?>> questions) {
        return new ShellBatch(questions, false);
    }

    /**
     * What was said.
     *
     * @param answers as many as there are
     * @param unfinished what there is of the next, if there should have been one
     */
    record BatchResult(List<CommandResult> answers, Optional<CommandResult> unfinished) {}

    /**
     * Waits for the answers; at the limit, and when more comes than an answer has, everything that was started is killed.
     * What is asked must leave nothing running that could disturb the next conversation.
     */
    BatchResult hold(Connection connection, Duration limit) {
        return hold(connection, limit, false);
    }

    /** The same, which ends also when the thread is interrupted. */
    BatchResult holdUnlessInterrupted(Connection connection, Duration limit) {
        return hold(connection, limit, true);
    }

    /** The same of what may leave something running, which then writes where nobody reads. */
    BatchResult holdApartUnlessInterrupted(Connection connection, Duration limit) {
        try (RemoteShell shell = connection.newShell()) {
            return hold(connection, shell, limit, true);
        }
    }

    private BatchResult hold(Connection connection, Duration limit, boolean interruptible) {
        RemoteShell shell = connection.shell();
        boolean whole = false;
        try {
            BatchResult heard = hold(connection, shell, limit, interruptible);
            whole = heard.unfinished().isEmpty();
            return heard;
        } finally {
            if (whole) {
                connection.giveBack(shell);
            } else {
                shell.close();
            }
        }
    }

    private BatchResult hold(Connection connection, RemoteShell shell, Duration limit, boolean interruptible) {
        BatchResult heard = converse(connection, shell, limit, interruptible);
        if (heard.unfinished().isPresent()) {
            // The killing may need another channel, and the library waits for that without an interruption or forgets
            // it.
            boolean interrupted = Thread.interrupted();
            try {
                end(connection, shell);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        return heard;
    }

    private BatchResult converse(Connection connection, RemoteShell shell, Duration limit, boolean interruptible) {
        connection.countRoundTrip();
        shell.begin(mark, script());
        BooleanSupplier ended = () -> answered(shell) == questions.size() || shell.saysTooMuch();
        if (interruptible) {
            shell.awaitUnlessInterrupted(limit, ended);
        } else {
            shell.await(limit, ended);
        }
        // Counted before the killing, because the shell may still tell of the death of its child.
        return heard(connection, shell, answered(shell));
    }

    private BatchResult heard(Connection connection, RemoteShell shell, int answered) {
        List<CommandResult> answers = new ArrayList<>();
        for (int i = 0; i < answered; i++) {
            String status = number(connection, shell.stdout().get(place(i) + 1));
            answers.add(answer(shell, i, (int) Math.min(CommandResult.TOO_MUCH, Long.parseLong(status))));
        }
        int cut = shell.saysTooMuch() ? CommandResult.TOO_MUCH : CommandResult.TIMED_OUT;
        return new BatchResult(
                answers, answered < questions.size() ? Optional.of(answer(shell, answered, cut)) : Optional.empty());
    }

    private static String number(Connection connection, byte[] said) {
        String text = new String(said, 0, Math.min(said.length, 20), StandardCharsets.US_ASCII);
        if (!NUMBER.matcher(text).matches()) {
            throw connection.lost("its shell answers otherwise than a shell does");
        }
        return text;
    }

    private static CommandResult answer(RemoteShell shell, int question, int exitCode) {
        return new CommandResult(
                exitCode, shell.stdout().get(place(question)), shell.stderr().get(place(question)));
    }

    /** One that does not even kill what it has started is left alone. */
    private static void end(Connection connection, RemoteShell shell) {
        if (shell.stdout().marks() >= BEFORE_THE_ANSWERS) {
            String pid = pid(connection, shell);
            try (RemoteShell other = connection.newShell()) {
                new ShellBatch(List.of(Shell.killTree(pid))).converse(connection, other, TO_END, false);
            }
        }
    }

    /**
     * Has the other side keep a shell for as long as the connection lives.
     *
     * @return its process id
     */
    static long settle(Connection connection, Duration limit) {
        connection.countRoundTrip();
        RemoteShell shell = connection.newShell();
        ShellBatch conversation = new ShellBatch(List.of());
        shell.begin(conversation.mark, conversation.script());
        if (!shell.await(limit, () -> shell.stdout().marks() >= BEFORE_THE_ANSWERS)) {
            throw connection.lost("the shell there does not answer");
        }
        return Long.parseLong(pid(connection, shell));
    }

    /** The process id of the shell there. */
    private static String pid(Connection connection, RemoteShell shell) {
        return number(connection, shell.stdout().get(1));
    }

    private int answered(RemoteShell shell) {
        int marks = Math.min(shell.stdout().marks(), shell.stderr().marks());
        return Math.max(0, Math.min(questions.size(), (marks - BEFORE_THE_ANSWERS) / 2));
    }

    private static int place(int question) {
        return BEFORE_THE_ANSWERS + 2 * question;
    }

    private String script() {
        StringBuilder script = new StringBuilder("_marked $$\n_status=0\n");
        for (RemoteScript<?> question : questions) {
            script.append(goesOn ? "" : "if [ $_status -eq 0 ]; then\n");
            script.append(asked(question)).append("\n_status=$?\n").append(goesOn ? "" : "fi\n");
            script.append("_marked $_status\n");
        }
        return script.append(":").toString();
    }

    private static String asked(RemoteScript<?> question) {
        String shell = "(\n" + question.script() + "\n) 2>&3 3>&-";
        return question.input().length == 0
                ? shell
                : "printf %b " + Shell.quote(Shell.escaped(question.input())) + " | " + shell;
    }
}
