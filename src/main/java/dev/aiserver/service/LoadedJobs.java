package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Asks launchd about the jobs of a user. Decisions rest on exit codes alone. An unclear answer is an error, never a
 * guess.
 *
 * @param uid of the user
 */
public record LoadedJobs(int uid) {

    /** The domain of daemons, which run as root or as a user that they name. */
    public static final String SYSTEM = "system";

    /** Any label shows whether its domain exists; printing a whole domain takes thousands of lines. */
    private static final String PROBE_LABEL = "com.ollama";

    /** Returns the domain of the user's agents: the desktop session, the only one whose agents start after a reboot. */
    public String domain() {
        return launchctl().desktop();
    }

    private Launchctl launchctl() {
        return new Launchctl(uid);
    }

    private List<String> domains() {
        return List.of(launchctl().desktop(), launchctl().background(), SYSTEM);
    }

    /** Asks whether the user is logged in at the desktop. Without that no agent can be loaded. */
    public Query<Boolean> hasDesktopSession() {
        return launchctl().probe(domain(), PROBE_LABEL).map(probe -> !(probe instanceof Launchctl.Probe.NoDomain));
    }

    /**
     * Asks for a variable that every job of the desktop session inherits, set with {@code launchctl setenv}. The result
     * is empty when it is not set, which some versions of launchctl report with an exit code.
     */
    public Query<String> sessionVariable(String name) {
        Command command = Launchctl.command("getenv", name);
        return Query.command(command).map(answer -> {
            if (answer.incompleteReason().isPresent()) {
                throw answer.inconclusive(command, "whether \"launchctl setenv\" set " + name);
            }
            return answer.succeeded() ? answer.text().strip() : "";
        });
    }

    /** Asks whether and where a job is loaded. */
    public Query<JobStatus> status(String label) {
        List<String> domains = domains();
        return Query.untilOneSucceeds(domains.stream()
                        .map(domain -> Launchctl.printCommand(domain, label))
                        .toList())
                .map(answers -> {
                    for (int i = 0; i < answers.size(); i++) {
                        if (Launchctl.probe(domains.get(i), label, answers.get(i))
                                instanceof Launchctl.Probe.Loaded loaded) {
                            return i == 0
                                    ? new JobStatus.Loaded(loaded.print())
                                    : new JobStatus.Elsewhere(domains.get(i), loaded.print());
                        }
                    }
                    return new JobStatus.Absent();
                });
    }

    /**
     * Asks for the labels that launchd does not start at login: disabled in System Settings or with {@code launchctl
     * disable}, which persists after the job and its file are removed and across reboots. The desktop and the
     * background domain of a user share one list.
     */
    public Query<Set<String>> disabled() {
        return disabled(List.of(domain(), launchctl().background()));
    }

    /** Asks for the disabled labels of system daemons. */
    public Query<Set<String>> disabledDaemons() {
        return disabled(List.of(SYSTEM));
    }

    private Query<Set<String>> disabled(List<String> domains) {
        List<Command> commands = domains.stream()
                .map(domain -> Launchctl.command("print-disabled", domain))
                .toList();
        return Query.untilOneSucceeds(commands).map(answers -> {
            for (int i = 0; i < answers.size(); i++) {
                CommandResult answer = answers.get(i);
                Command command = commands.get(i);
                if (!Launchctl.isWithoutDomain(answer)) {
                    return LaunchctlPrint.disabledLabels(answer.stdout())
                            .filter(labels -> answer.succeeded())
                            .orElseThrow(() -> answer.inconclusive(command, "which jobs are disabled at login"));
                }
            }
            throw launchctl().noDesktop();
        });
    }

    /**
     * A job with a property list. launchd restarts it when its process is killed.
     *
     * @param plist that it was loaded from
     */
    public record Owner(String domain, String label, Path plist) {
        public String target() {
            return domain + "/" + label;
        }
    }

    /**
     * Asks for the job to which a process belongs. Apps and sessions are jobs too, but without a property list: a
     * process started by hand in a terminal belongs to none. A domain that does not answer is skipped.
     *
     * @param ancestry the process, its parent, and so on
     */
    public Query<Optional<Owner>> owner(List<Integer> ancestry) {
        return owner(ancestry, domains());
    }

    private Query<Optional<Owner>> owner(List<Integer> ancestry, List<String> domains) {
        if (domains.isEmpty()) {
            return Query.of(Optional.empty());
        }
        String domain = domains.get(0);
        return Query.command(Launchctl.command("print", domain)).then(answer -> {
            Map<Integer, String> labels = answer.succeeded() ? LaunchctlPrint.runningLabels(answer.stdout()) : Map.of();
            return ancestry.stream()
                    .flatMap(pid -> Stream.ofNullable(labels.get(pid)))
                    .findFirst()
                    .map(label -> owner(domain, label))
                    .orElseGet(() -> owner(ancestry, domains.subList(1, domains.size())));
        });
    }

    private Query<Optional<Owner>> owner(String domain, String label) {
        return launchctl()
                .probe(domain, label)
                .map(probe -> probe instanceof Launchctl.Probe.Loaded loaded
                        ? loaded.print()
                                .plist()
                                .filter(plist -> !plist.startsWith("/System"))
                                .map(plist -> new Owner(domain, label, plist))
                        : Optional.empty());
    }
}
