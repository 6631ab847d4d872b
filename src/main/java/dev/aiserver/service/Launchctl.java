package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Calls launchctl for one user and tells what its exit codes mean; its texts differ from version to version. */
final class Launchctl {
    static final int NO_SUCH_PROCESS = 3;
    static final int INPUT_OUTPUT_ERROR = 5;
    static final int FILE_EXISTS = 17;
    static final int IN_PROGRESS = 36;
    static final int ALREADY_IN_PROGRESS = 37;
    static final int NO_SUCH_DOMAIN = 112;
    static final int NO_SUCH_SERVICE = 113;
    static final int SERVICE_DISABLED = 119;
    static final int DOMAIN_UNSUPPORTED = 125;

    /** It was seen to hang. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(15);

    private final Host host;
    private final int uid;

    Launchctl(Host host, int uid) {
        this.host = host;
        this.uid = uid;
    }

    /** What a domain knows of a label. */
    sealed interface Probe {
        record Absent() implements Probe {}

        record NoDomain() implements Probe {}

        record Loaded(LaunchctlPrint print) implements Probe {}
    }

    /** The domain of the desktop session, the only one whose agents start again after a reboot. */
    String desktop() {
        return "gui/" + uid;
    }

    String background() {
        return "user/" + uid;
    }

    CommandResult run(String... arguments) {
        return run(CALL_LIMIT, arguments);
    }

    /** @param blocking for how long the verb itself may wait for a process */
    CommandResult runBlocking(Duration blocking, String... arguments) {
        return run(CALL_LIMIT.plus(blocking), arguments);
    }

    private CommandResult run(Duration limit, String... arguments) {
        return host.run(command(limit, arguments));
    }

    Command command(String... arguments) {
        return command(CALL_LIMIT, arguments);
    }

    private static Command command(Duration limit, String... arguments) {
        List<String> argv = new ArrayList<>(List.of("launchctl"));
        argv.addAll(List.of(arguments));
        return Command.of(argv).withTimeout(limit);
    }

    /** What {@link #probe} will ask. */
    Command printCommand(String domain, String label) {
        return command("print", domain + "/" + label);
    }

    /** @throws UserError when launchctl does not say; "not loaded" must never be a guess */
    Probe probe(String domain, String label) {
        CommandResult answer = host.query(printCommand(domain, label));
        return switch (answer.exitCode()) {
            case 0 -> new Probe.Loaded(LaunchctlPrint.parse(answer.stdout()));
            case NO_SUCH_SERVICE -> new Probe.Absent();
            case NO_SUCH_DOMAIN, DOMAIN_UNSUPPORTED -> new Probe.NoDomain();
            default ->
                throw new UserError(
                        "Cannot tell whether " + label + " is loaded: launchctl print " + domain + "/" + label + " "
                                + outcome(answer) + ". Run that command yourself; on a Mac it ends with 0 or 113.");
        };
    }

    /** What {@link #disabledLabels} will ask; the desktop and the background of a user share one list. */
    List<Command> disabledCommands() {
        return List.of(command("print-disabled", desktop()), command("print-disabled", background()));
    }

    /**
     * @param commands of domains: the first that there is answers
     * @throws UserError when launchctl does not say
     */
    Set<String> disabledLabels(List<Command> commands) {
        for (Command command : commands) {
            CommandResult answer = host.query(command);
            if (!isWithoutDomain(answer)) {
                return LaunchctlPrint.disabledLabels(answer.stdout())
                        .filter(labels -> answer.succeeded())
                        .orElseThrow(() -> answer.inconclusive(command, "which jobs are switched off at login"));
            }
        }
        throw noDesktop();
    }

    private static boolean isWithoutDomain(CommandResult answer) {
        return answer.exitCode() == NO_SUCH_DOMAIN || answer.exitCode() == DOMAIN_UNSUPPORTED;
    }

    /** @throws UserError that says there is no desktop session when that is the answer */
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

    /** For messages: "ended with 5 (Bootstrap failed: 5: Input/output error)". */
    static String outcome(CommandResult answer) {
        return switch (answer.exitCode()) {
            case CommandResult.TIMED_OUT -> "gave no answer in time";
            case CommandResult.OUTPUT_LIMIT_EXCEEDED -> "printed without end";
            case CommandResult.NOT_FOUND -> "cannot be run here, there is no launchctl";
            default -> "ended with " + answer.exitCode() + " (" + answer.firstLine() + ")";
        };
    }
}
