package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Questions that are put to the other side in one call, and its answers. The script goes in by standard input, so that
 * whatever shell the user has reads one plain line only. A random mark divides both streams: whatever a shell prints
 * when it starts stands before the first one, and the last one is the end, also when something that was started holds
 * the streams open.
 */
final class Conversation {
    /** Each shell that a user may have reads this alike. */
    private static final String SHELL = "exec /bin/sh -s";

    private static final int BEFORE_THE_ANSWERS = 2;
    private static final Duration TO_END = Duration.ofSeconds(10);

    private final List<? extends Question<?>> questions;
    private final boolean goesOn;
    private final String mark;
    private final Sections stdout;
    private final Sections stderr;

    Conversation(List<? extends Question<?>> questions) {
        this(questions, true);
    }

    /** @param goesOn after a question that did not end well */
    private Conversation(List<? extends Question<?>> questions, boolean goesOn) {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        // Only its first character is no digit, so that no end of it is like its beginning.
        this.mark = "#" + HexFormat.of().formatHex(random);
        this.questions = questions;
        this.goesOn = goesOn;
        this.stdout = new Sections(mark.getBytes(StandardCharsets.US_ASCII));
        this.stderr = new Sections(mark.getBytes(StandardCharsets.US_ASCII));
    }

    /** What comes after a question that did not end well is not begun, and its answer means nothing. */
    static Conversation untilOneFails(List<? extends Question<?>> questions) {
        return new Conversation(questions, false);
    }

    /**
     * Waits for the answers; at the limit, everything that was started is killed.
     *
     * @return as many as there are
     */
    List<CommandResult> hold(Connection connection, Duration limit) {
        return hold(connection, limit, false);
    }

    /** The same, at whose limit or when the thread is interrupted everything that was started is killed. */
    List<CommandResult> holdUnlessInterrupted(Connection connection, Duration limit) {
        return hold(connection, limit, true);
    }

    private List<CommandResult> hold(Connection connection, Duration limit, boolean interruptible) {
        int answered = questions.size();
        try (Call call = connection.call(SHELL, stdout, stderr)) {
            call.feed(script("exit"));
            BooleanSupplier ended = () -> answered() == questions.size();
            if (!(interruptible ? call.awaitUnlessInterrupted(limit, ended) : call.await(limit, ended))) {
                // Counted before the killing, because the shell may still tell of the death of its child.
                answered = answered();
                end(connection);
            }
        }
        List<CommandResult> answers = new ArrayList<>();
        for (int i = 0; i < answered; i++) {
            int exitCode = Integer.parseInt(new String(stdout.get(place(i) + 1), StandardCharsets.US_ASCII));
            answers.add(new CommandResult(exitCode, stdout.get(place(i)), stderr.get(place(i))));
        }
        return answers;
    }

    private void end(Connection connection) {
        if (stdout.marks() >= BEFORE_THE_ANSWERS) {
            new Conversation(List.of(Shell.killTree(pid()))).hold(connection, TO_END);
        }
    }

    /**
     * Has the other side keep a shell for as long as the connection lives.
     *
     * @return its process id
     */
    static long settle(Connection connection, Duration limit) {
        Conversation conversation = new Conversation(List.of());
        Call call = connection.call(SHELL, conversation.stdout, conversation.stderr);
        call.hold(conversation.script("exec cat >/dev/null"));
        if (!call.await(limit, () -> conversation.stdout.marks() >= BEFORE_THE_ANSWERS)) {
            throw connection.lost("the shell there does not answer");
        }
        return Long.parseLong(conversation.pid());
    }

    /** The process id of the shell there. */
    private String pid() {
        return new String(stdout.get(1), StandardCharsets.US_ASCII);
    }

    /** What there is of an answer that did not come to its end. */
    CommandResult unfinished(int question) {
        return new CommandResult(CommandResult.TIMED_OUT, stdout.get(place(question)), stderr.get(place(question)));
    }

    private int answered() {
        return Math.max(0, (Math.min(stdout.marks(), stderr.marks()) - BEFORE_THE_ANSWERS) / 2);
    }

    private static int place(int question) {
        return BEFORE_THE_ANSWERS + 2 * question;
    }

    /** As a function, so that nothing of it is done before all of it has arrived. */
    private byte[] script(String ending) {
        StringBuilder script = new StringBuilder("""
                _all() {
                exec 3>&2 2>/dev/null
                _mark() { printf %%s %1$s; printf %%s %1$s >&3; }
                _mark; printf %%s $$; _mark
                """.formatted(Shell.quote(mark)));
        script.append(Shell.PRELUDE);
        script.append("_status=0\n");
        for (Question<?> question : questions) {
            script.append(goesOn ? "" : "if [ $_status -eq 0 ]; then\n");
            script.append(asked(question)).append("\n_status=$?\n").append(goesOn ? "" : "fi\n");
            script.append("_mark; printf %s $_status; _mark\n");
        }
        script.append(ending).append("\n}\n_all\n");
        return script.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String asked(Question<?> question) {
        String shell = "(\n" + question.script() + "\n) 2>&3 3>&-";
        return question.input().length == 0
                ? shell + " </dev/null"
                : "printf %b " + Shell.quote(Shell.escaped(question.input())) + " | " + shell;
    }
}
