package standin.launchd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Implements the command {@code launchctl} on an embedded launchd for one user: launchctl's verbs, texts and exit
 * codes, with real processes. It serves machines without launchd, and Macs whose real launchd must not be touched.
 * Thread-safe.
 */
public final class EmbeddedLaunchctl implements AutoCloseable {
    private static final int FIRST_VERSION_WITH_WAIT = 26;

    private final EmbeddedLaunchd launchd;
    private final LaunchctlOutput printed;
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public EmbeddedLaunchctl(Account account, Quirks quirks) {
        this.launchd = new EmbeddedLaunchd(account, quirks);
        this.printed = new LaunchctlOutput(launchd);
    }

    /**
     * Runs one launchctl command.
     *
     * @param argv arguments, without the word {@code launchctl} itself
     */
    public ProgramResult run(List<String> argv) {
        String verb = argv.isEmpty() ? "help" : argv.get(0);
        int call = calls.merge(verb, 1, Integer::sum);
        Optional<Fault.Effect> fault = launchd.quirks.faults().stream()
                .filter(each -> each.verb().equals(verb) && (each.call() == Fault.EVERY_CALL || each.call() == call))
                .map(Fault::effect)
                .findFirst();
        Fault.Effect effect = fault.orElse(null);
        if (effect instanceof Fault.Answer answer) {
            return answer.result();
        }
        if (effect instanceof Fault.Hang hang) {
            hang(hang);
        }
        if (effect instanceof Fault.LogOut) {
            logOut();
        }
        ProgramResult result = locked(verb, argv.subList(Math.min(1, argv.size()), argv.size()), fault);
        return effect instanceof Fault.ActThenAnswer instead ? instead.result() : result;
    }

    /** Logs the user in at the desktop, which loads the agents in Library/LaunchAgents of the home directory. */
    public void logIn() {
        launchd.scheduler.locked(() -> {
            try {
                launchd.logIn();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Logs the user out, which ends the desktop session and its agents. */
    public void logOut() {
        launchd.scheduler.locked(launchd::logOut);
    }

    /** Returns what launchd would have written to its log: the reasons that exit codes hide. */
    public List<String> log() {
        launchd.scheduler.lock().lock();
        try {
            return List.copyOf(launchd.log);
        } finally {
            launchd.scheduler.lock().unlock();
        }
    }

    /** Kills every process that this launchd started, with its child processes. */
    @Override
    public void close() {
        launchd.scheduler.close(launchd::destroy);
        closed.countDown();
    }

    private void hang(Fault.Hang hang) {
        try {
            closed.await(hang.time().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ProgramResult locked(String verb, List<String> arguments, Optional<Fault.Effect> fault) {
        launchd.scheduler.lock().lock();
        try {
            return launchd.scheduler.isClosed()
                    ? ProgramResult.of(LaunchdError.CANNOT_EXECUTE.code, "", "launchd has stopped\n")
                    : act(verb, arguments, fault);
        } catch (LaunchdFailure e) {
            return ProgramResult.of(e.code, "", ErrorMessages.of(verb, arguments, e.code));
        } catch (IOException e) {
            int code = LaunchdError.INPUT_OUTPUT.code;
            return ProgramResult.of(code, "", ErrorMessages.of(verb, arguments, code));
        } finally {
            launchd.scheduler.lock().unlock();
        }
    }

    private ProgramResult act(String verb, List<String> arguments, Optional<Fault.Effect> fault)
            throws LaunchdFailure, IOException {
        return switch (verb) {
            case "bootstrap" -> bootstrap(arguments);
            case "bootout" -> bootout(arguments, fault);
            case "kickstart" -> kickstart(arguments);
            case "kill" -> kill(arguments);
            case "print" -> print(argument(arguments, 0));
            case "print-disabled" -> {
                Target domain = Target.parse(argument(arguments, 0));
                launchd.jobs(domain);
                yield output(printed.disabled(domain));
            }
            case "enable", "disable" -> {
                Target target = Target.parseService(argument(arguments, 0));
                launchd.jobs(target);
                launchd.disabled.put(target.label(), verb.equals("disable"));
                yield output("");
            }
            case "list" -> list(arguments);
            case "load", "unload" -> legacy(verb, arguments);
            case "setenv" -> {
                launchd.variables.put(argument(arguments, 0), argument(arguments, 1));
                yield output("");
            }
            case "unsetenv" -> {
                launchd.variables.remove(argument(arguments, 0));
                yield output("");
            }
            case "getenv" -> {
                String value = launchd.variables.get(argument(arguments, 0));
                yield output(value == null ? "" : value + "\n");
            }
            case "managername" -> output(launchd.quirks.ssh() ? "Background\n" : "Aqua\n");
            case "error" -> {
                int code = number(argument(arguments, 0));
                yield output(code + ": " + LaunchdError.text(code) + "\n");
            }
            default ->
                ProgramResult.of(1, "", "Unrecognized subcommand: " + verb + "\nUsage: launchctl <subcommand> ...\n");
        };
    }

    private ProgramResult bootstrap(List<String> arguments) throws LaunchdFailure {
        Target domain = Target.parse(argument(arguments, 0));
        argument(arguments, 1);
        for (String plist : arguments.subList(1, arguments.size())) {
            launchd.bootstrap(domain, Path.of(plist));
        }
        return output("");
    }

    private ProgramResult bootout(List<String> arguments, Optional<Fault.Effect> fault) throws LaunchdFailure {
        boolean wait = arguments.contains("--wait");
        if (wait && launchd.quirks.osMajor() < FIRST_VERSION_WITH_WAIT) {
            throw new LaunchdFailure(LaunchdError.USAGE);
        }
        List<String> rest =
                arguments.stream().filter(each -> !each.equals("--wait")).toList();
        Target target = Target.parse(argument(rest, 0));
        if (target.label().isEmpty()) {
            target = loadedFrom(target, Path.of(argument(rest, 1)));
        }
        String label = target.label();
        Map<String, LaunchdJob> jobs = launchd.jobs(target);
        launchd.bootout(target, fault);
        if (wait) {
            launchd.scheduler.awaitUntil(() -> !jobs.containsKey(label));
        }
        return output("");
    }

    private Target loadedFrom(Target domain, Path plist) throws LaunchdFailure {
        return launchd.jobs(domain).entrySet().stream()
                .filter(entry -> entry.getValue().definition.plist().equals(plist))
                .map(entry -> new Target(domain.kind(), domain.number(), entry.getKey()))
                .findFirst()
                .orElseThrow(() -> new LaunchdFailure(LaunchdError.INPUT_OUTPUT));
    }

    private ProgramResult kickstart(List<String> arguments) throws LaunchdFailure {
        List<String> rest =
                arguments.stream().filter(each -> !each.startsWith("-")).toList();
        LaunchdJob job = launchd.job(Target.parseService(argument(rest, 0)));
        if (job.isRemoving()) {
            throw new LaunchdFailure(LaunchdError.ALREADY_IN_PROGRESS);
        }
        OptionalLong before = job.pid();
        if (arguments.contains("-k")) {
            job.restart();
            launchd.scheduler.awaitUntil(() -> before.isEmpty() || !job.pid().equals(before));
        } else {
            job.demand("non-ipc demand");
        }
        boolean wantsPid = arguments.contains("-p") && job.pid().isPresent();
        return output(wantsPid ? job.pid().getAsLong() + "\n" : "");
    }

    private ProgramResult kill(List<String> arguments) throws LaunchdFailure, IOException {
        String signal = argument(arguments, 0);
        LaunchdJob job = launchd.job(Target.parseService(argument(arguments, 1)));
        return job.signal(signal.startsWith("SIG") ? signal.substring(3) : signal)
                ? output("")
                : ProgramResult.of(LaunchdError.NO_SUCH_PROCESS.code, "", "No process to signal.\n");
    }

    private ProgramResult print(String text) throws LaunchdFailure {
        Target target = Target.parse(text);
        return output(
                target.label().isEmpty()
                        ? printed.domain(target, launchd.jobs(target))
                        : printed.job(target, launchd.job(target)));
    }

    private ProgramResult list(List<String> arguments) throws LaunchdFailure {
        Target domain = launchd.callersDomain();
        if (arguments.isEmpty()) {
            return output(printed.list(launchd.jobs(domain)));
        }
        LaunchdJob job = launchd.jobs(domain).get(arguments.get(0));
        return job == null
                ? ProgramResult.of(
                        LaunchdError.NO_SUCH_SERVICE.code,
                        "",
                        "Could not find service \"" + arguments.get(0) + "\" in domain for port\n")
                : output(printed.list(domain, job));
    }

    /** Runs the legacy verbs {@code load} and {@code unload}, which exit with 0 even when they fail. */
    private ProgramResult legacy(String verb, List<String> arguments) {
        Target domain = launchd.callersDomain();
        boolean load = verb.equals("load");
        StringBuilder errors = new StringBuilder();
        for (String plist :
                arguments.stream().filter(each -> !each.startsWith("-")).toList()) {
            try {
                if (arguments.contains("-w")) {
                    launchd.disabled.put(JobDefinition.read(Path.of(plist)).label(), !load);
                }
                if (load) {
                    launchd.bootstrap(domain, Path.of(plist));
                } else {
                    launchd.bootout(loadedFrom(domain, Path.of(plist)), Optional.empty());
                }
            } catch (LaunchdFailure e) {
                errors.append(load ? "Load" : "Unload").append(" failed: 5: Input/output error\n");
                errors.append("Try running `launchctl ")
                        .append(load ? "bootstrap" : "bootout")
                        .append("` as root for richer errors.\n");
            }
        }
        return ProgramResult.of(0, "", errors.toString());
    }

    private static String argument(List<String> arguments, int index) throws LaunchdFailure {
        if (index >= arguments.size()) {
            throw new LaunchdFailure(LaunchdError.USAGE);
        }
        return arguments.get(index);
    }

    private static int number(String text) throws LaunchdFailure {
        if (!text.matches("\\d{1,6}")) {
            throw new LaunchdFailure(LaunchdError.USAGE);
        }
        return Integer.parseInt(text);
    }

    private static ProgramResult output(byte[] bytes) {
        return new ProgramResult(0, bytes, new byte[0]);
    }

    private static ProgramResult output(String text) {
        return output(text.getBytes(StandardCharsets.UTF_8));
    }
}
