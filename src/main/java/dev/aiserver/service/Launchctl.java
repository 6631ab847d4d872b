package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of launchctl for one user, and the meaning of its exit codes. Its texts differ between versions.
 *
 * @param uid of the user
 */
record Launchctl(int uid) {
    static final int NO_SUCH_PROCESS = 3;
    static final int INPUT_OUTPUT_ERROR = 5;
    static final int FILE_EXISTS = 17;
    static final int IN_PROGRESS = 36;
    static final int ALREADY_IN_PROGRESS = 37;
    static final int NO_SUCH_DOMAIN = 112;
    static final int NO_SUCH_SERVICE = 113;
    static final int SERVICE_DISABLED = 119;
    static final int DOMAIN_UNSUPPORTED = 125;

    /** launchctl was seen to hang. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(15);

    /** The result of looking up a label in a domain. */
    sealed interface Probe {
        record Absent() implements Probe {}

        record NoDomain() implements Probe {}

        record Loaded(LaunchctlPrint print) implements Probe {}
    }

    /** Returns the domain of the desktop session, the only one whose agents start again after a reboot. */
    String desktop() {
        return "gui/" + uid;
    }

    String background() {
        return "user/" + uid;
    }

    static Command command(String... arguments) {
        List<String> argv = new ArrayList<>(List.of("launchctl"));
        argv.addAll(List.of(arguments));
        return Command.of(argv).withTimeout(CALL_LIMIT);
    }

    /**
     * Returns a command that waits.
     *
     * @param blocking how long the subcommand itself may wait for a process
     */
    static Command blockingCommand(Duration blocking, String... arguments) {
        return command(arguments).withTimeout(CALL_LIMIT.plus(blocking));
    }

    static Command printCommand(String domain, String label) {
        return command("print", domain + "/" + label);
    }

    /** Looks a job up in a domain. */
    Query<Probe> probe(String domain, String label) {
        return Query.command(printCommand(domain, label)).map(answer -> probe(domain, label, answer));
    }

    /**
     * Reads the answer of {@link #printCommand}.
     *
     * @throws UserError when it is unclear; "not loaded" must never be a guess
     */
    static Probe probe(String domain, String label, CommandResult answer) {
        return switch (answer.exitCode()) {
            case 0 -> new Probe.Loaded(LaunchctlPrint.parse(answer.stdout()));
            case NO_SUCH_SERVICE -> new Probe.Absent();
            case NO_SUCH_DOMAIN, DOMAIN_UNSUPPORTED -> new Probe.NoDomain();
            default ->
                throw new UserError("Could not determine whether " + label + " is loaded: launchctl print " + domain
                        + "/" + label + " " + outcome(answer)
                        + ". Run that command yourself; on a Mac it exits with 0 or 113.");
        };
    }

    static boolean isWithoutDomain(CommandResult answer) {
        return answer.exitCode() == NO_SUCH_DOMAIN || answer.exitCode() == DOMAIN_UNSUPPORTED;
    }

    /**
     * Checks an answer.
     *
     * @throws UserError when it means that there is no desktop session
     */
    void requireDesktop(CommandResult answer) {
        if (isWithoutDomain(answer)) {
            throw noDesktop();
        }
    }

    UserError noDesktop() {
        return new UserError("There is no desktop session for user id " + uid
                + ", and macOS starts login agents only after a login at the desktop: log in at the screen or with "
                + "Screen Sharing (locking the screen afterwards is fine), then run this command again.");
    }

    /** Returns the outcome for messages, such as "exited with 5 (Bootstrap failed: 5: Input/output error)". */
    static String outcome(CommandResult answer) {
        return switch (answer.exitCode()) {
            case CommandResult.TIMED_OUT -> "timed out";
            case CommandResult.OUTPUT_LIMIT_EXCEEDED -> "printed too much output";
            case CommandResult.NOT_FOUND -> "cannot run: launchctl is not installed";
            default -> "exited with " + answer.exitCode() + " (" + answer.firstLine() + ")";
        };
    }
}
