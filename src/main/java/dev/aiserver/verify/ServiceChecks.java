package dev.aiserver.verify;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.UserError;
import dev.aiserver.net.AddressState;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LastExit;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.LogFiles;
import dev.aiserver.service.PropertyList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** That the services run, stay, and come from the files that were installed. */
final class ServiceChecks {
    private static final String INSTALL = "run \"aiserver install\"";
    private static final List<String> LABELS = List.of(ServerHost.OLLAMA, ServerHost.HAPROXY);
    private static final String SWITCHED_OFF =
            "it is switched off, in System Settings > General > Login Items & Extensions or by \"launchctl disable\"";
    private static final String SWITCH_ON = INSTALL + " to switch it on again";
    private static final int LEAST_FILES = 8210;
    private static final int OTHERS = 077;

    private ServiceChecks() {}

    /** What they will ask of any server first. */
    static Prefetch prefetch(Host host, Launchd launchd) {
        return launchd.prefetch(LABELS)
                .and(launchd.prefetch(List.of(LogFiles.ROTATION)))
                .and(ConflictSearch.prefetch(host, launchd))
                .and(Prefetch.ofFiles(List.of(state(host.facts()))));
    }

    /** What they will ask of a server that has answered {@link #prefetch}, besides what is in its receipt. */
    static Prefetch followUpPrefetch(ServerHost server) {
        List<Command> commands = new ArrayList<>();
        loaded(server)
                .flatMapToInt(print -> print.pid().stream())
                .mapToObj(ServiceChecks::userOf)
                .forEach(commands::add);
        commands.add(auditOfPrograms(server));
        loaded(server)
                .forEach(print ->
                        print.pid().ifPresent(pid -> print.outputs().forEach(log -> commands.add(holds(pid, log)))));
        return Prefetch.ofCommands(commands).and(ConflictSearch.followUpPrefetch(server.host()));
    }

    private static Stream<LaunchctlPrint> loaded(ServerHost server) {
        return LABELS.stream()
                .map(server.launchd()::status)
                .filter(JobStatus.Loaded.class::isInstance)
                .map(status -> ((JobStatus.Loaded) status).print());
    }

    private static Command auditOfPrograms(ServerHost server) {
        return ProgramAudit.command(
                loaded(server).flatMap(print -> print.program().stream()).toList());
    }

    private static ProgramAudit audit(ServerHost server) {
        return ProgramAudit.read(
                server.host().query(auditOfPrograms(server)).text(),
                server.host().facts());
    }

    private static Command userOf(int pid) {
        return Command.of("ps", "-o", "uid=", "-p", String.valueOf(pid));
    }

    private static Path state(HostIdentity facts) {
        return facts.home().resolve(".aiserver");
    }

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (String label : LABELS) {
            checks.add(Check.onServer(
                    "services." + label,
                    label + " is loaded and running",
                    (subject, server) -> runs(subject, server, label)));
            checks.add(Check.onServer(
                    "services.stable." + label,
                    label + " is not restarted over and over",
                    (subject, server) -> staysUp(subject, server, label)));
            checks.add(Check.onServer(
                    "services.user." + label,
                    label + " runs as its user, not as root",
                    (subject, server) -> runsAsUser(server, label)));
            checks.add(Check.onServer(
                    "services.program." + label,
                    label + "'s program is there for its next start",
                    (subject, server) -> programIsThere(server, label)));
            checks.add(Check.onServer(
                    "services.logs." + label,
                    label + " writes to the log that people look at",
                    (subject, server) -> logIsOpen(subject, server, label)));
            checks.add(Check.onServer(
                    "services.keep-alive." + label,
                    label + " is restarted after a crash and started at login",
                    (subject, server) -> keptAlive(server, label)));
            checks.add(Check.onServer(
                    "services.process-type." + label,
                    label + " is not throttled by macOS",
                    (subject, server) -> notThrottled(server, label)));
            checks.add(Check.onServer(
                    "services.limits." + label,
                    label + " may open enough files",
                    (subject, server) -> mayOpenFiles(server, label)));
        }
        checks.add(Check.onServer(
                "services.conflicts",
                "no other Ollama or HAProxy starts by itself",
                (subject, server) -> conflicts(server)));
        checks.add(Check.onServer(
                "services.rotation",
                "logs are rotated, so that they do not fill the disk",
                (subject, server) -> rotation(server)));
        checks.add(Check.onServer(
                "services.files", "the installed files are as they were written", (subject, server) -> files(server)));
        checks.add(Check.onServer(
                "services.permissions",
                "the installed files are the user's, and nobody else can write them",
                (subject, server) -> permissions(server)));
        return checks;
    }

    private static Outcome runs(VerifyContext subject, ServerHost server, String label) {
        JobStatus status = server.launchd().status(label);
        String start = INSTALL + " to start it";
        if (status instanceof JobStatus.Absent) {
            return new Outcome.Failed("it is not loaded", start);
        }
        if (status instanceof JobStatus.Elsewhere elsewhere) {
            return new Outcome.Failed(
                    "it is loaded in " + elsewhere.domain(),
                    "run \"launchctl bootout " + elsewhere.domain() + "/" + label + "\", then " + start);
        }
        LaunchctlPrint print = ((JobStatus.Loaded) status).print();
        Optional<PortHolders.Holder> holder = holder(subject, server, label, print);
        if (holder.isPresent()) {
            return new Outcome.Failed(holder.get().who(), holder.get().advice() + ", then " + start);
        }
        if (print.isRunning()) {
            return new Outcome.Passed("pid " + print.pid().orElseThrow() + ", started " + print.runs() + " time(s)");
        }
        AddressState address = server.address();
        return label.equals(ServerHost.HAPROXY) && !(address instanceof AddressState.Present)
                ? new Outcome.Failed("it waits for its address: " + address.problem(), address.remedy())
                : new Outcome.Failed(
                        "its state is \"" + print.state() + "\", last ended with "
                                + print.lastExit().description(),
                        "look at its log, then " + start);
    }

    private static Optional<PortHolders.Holder> holder(
            VerifyContext subject, ServerHost server, String label, LaunchctlPrint print) {
        Health health = server.job(label).health();
        return new PortHolders(server.host(), server.launchd())
                .otherThan(label, print.pid(), health.address(), health.port(), subject.listeners(server));
    }

    private static Outcome staysUp(VerifyContext subject, ServerHost server, String label) {
        List<Integer> pids = subject.passage(server).pids(label);
        int before = pids.get(0);
        if (before == 0) {
            throw new UserError("the job " + label + " does not run");
        }
        long window = StabilityWindow.WINDOW.toMillis();
        return pids.get(1) == before
                ? new Outcome.Passed("pid " + before + " for " + window + " ms")
                : new Outcome.Failed("pid " + before + " ended within " + window + " ms", "look at its log");
    }

    private static Outcome runsAsUser(ServerHost server, String label) {
        int expected = server.host().facts().uid();
        String uid = server.host()
                .requireOutput(userOf(server.pid(label)), "which user " + label + " runs as")
                .strip();
        return uid.equals(String.valueOf(expected))
                ? new Outcome.Passed("user id " + uid)
                : new Outcome.Failed(
                        "it runs as user id " + uid + ", not " + expected, "stop that process, then " + INSTALL);
    }

    /** A process goes on without the file that it was started from, until it ends. */
    private static Outcome programIsThere(ServerHost server, String label) {
        String program = server.running(label)
                .program()
                .orElseThrow(() -> new UserError("launchctl does not say which program " + label + " runs"));
        return new Assertions()
                .demand(
                        !audit(server).missing().contains(program),
                        program + " is gone, and " + label + " ends for good when its present process does")
                .outcome(program, INSTALL + " to get it again");
    }

    private static Outcome logIsOpen(VerifyContext subject, ServerHost server, String label) {
        int pid = server.pid(label);
        if (subject.passage(server).pids(label).get(1) != pid) {
            throw new UserError("the process of " + label + " ended meanwhile");
        }
        Assertions findings = new Assertions();
        for (Path log : server.logs(label)) {
            Command question = holds(pid, log);
            CommandResult answer = server.host().query(question);
            boolean isGone = server.host().stat(log) instanceof FileState.Absent;
            if (!isGone && !answer.succeeded() && !answer.errorText().isBlank()
                    || answer.incompleteReason().isPresent()) {
                throw answer.inconclusive(question, "whether " + label + " writes to " + log);
            }
            findings.demand(
                    !isGone && answer.succeeded(),
                    isGone
                            ? log + " is gone, so nobody sees what " + label + " writes"
                            : label + " does not write to " + log + ", which was put there since it started");
        }
        return findings.outcome(
                String.join(
                        ", ", server.logs(label).stream().map(Path::toString).toList()),
                "run \"launchctl kickstart -k gui/" + server.host().facts().uid() + "/" + label
                        + "\" on the server: that opens it anew, and ends the answers that it is giving now");
    }

    /** lsof compares what a name leads to now with what the process has open. */
    private static Command holds(int pid, Path log) {
        return Command.of("lsof", "-w", "-a", "-p", String.valueOf(pid), "-F", "p", "--", log.toString());
    }

    private static Outcome keptAlive(ServerHost server, String label) {
        if (server.launchd().disabled().contains(label)) {
            return new Outcome.Failed(SWITCHED_OFF, SWITCH_ON);
        }
        PropertyList plist = server.propertyList(label);
        return new Assertions()
                .demand(plist.value("KeepAlive").equals("true"), "KeepAlive is not true")
                .demand(plist.value("RunAtLoad").equals("true"), "RunAtLoad is not true")
                .outcome(
                        "KeepAlive and RunAtLoad are true, and it is not switched off",
                        INSTALL + " to write its property list anew");
    }

    private static Outcome notThrottled(ServerHost server, String label) {
        String type = server.propertyList(label).value("ProcessType");
        return new Assertions()
                .demand(type.equals("Interactive"), "ProcessType is " + (type.isEmpty() ? "not set" : type))
                .outcome("ProcessType is Interactive", INSTALL + " to write its property list anew");
    }

    private static Outcome mayOpenFiles(ServerHost server, String label) {
        PropertyList plist = server.propertyList(label);
        Assertions findings = new Assertions();
        for (String kind : List.of("Soft", "Hard")) {
            String limit = plist.value(kind + "ResourceLimits.NumberOfFiles");
            findings.demand(
                    limit.matches("\\d{1,9}") && Integer.parseInt(limit) >= LEAST_FILES,
                    "the " + kind.toLowerCase(Locale.ROOT) + " limit is " + (limit.isEmpty() ? "not set" : limit));
        }
        return findings.outcome(
                plist.value("SoftResourceLimits.NumberOfFiles") + " files",
                INSTALL + ": HAProxy needs " + LEAST_FILES + " for its maxconn, and launchd's own limit is 256");
    }

    private static Outcome conflicts(ServerHost server) {
        List<Path> own = server.receipt().resources().stream()
                .filter(Service.class::isInstance)
                .map(resource -> ((Service) resource).plist())
                .toList();
        List<ConflictingServer> conflicts = new ConflictSearch(server.host(), server.launchd(), own)
                .search(server.spec().ollama().port());
        List<ConflictingServer> harmful =
                conflicts.stream().filter(ConflictingServer::isHarmful).toList();
        if (!harmful.isEmpty()) {
            return new Outcome.Failed(each(harmful, ConflictingServer::what), each(harmful, ConflictingServer::advice));
        }
        return conflicts.isEmpty()
                ? new Outcome.Passed("no agent, daemon or app does")
                : new Outcome.Warned(
                        each(conflicts, ConflictingServer::what), each(conflicts, ConflictingServer::advice));
    }

    private static String each(List<ConflictingServer> conflicts, Function<ConflictingServer, String> words) {
        return conflicts.stream().map(words).distinct().collect(Collectors.joining("; "));
    }

    private static Outcome rotation(ServerHost server) {
        long size = server.logs().size(server.host());
        String words = "the logs take " + LogFiles.humanSize(size);
        boolean isInstalled = server.receipt().resources().stream()
                .anyMatch(resource ->
                        resource instanceof OneShotJob job && job.label().equals(LogFiles.ROTATION));
        if (!isInstalled) {
            return new Outcome.Warned("this installation does not rotate its logs, and " + words, INSTALL);
        }
        if (!(server.launchd().status(LogFiles.ROTATION) instanceof JobStatus.Loaded loaded)) {
            return new Outcome.Failed(LogFiles.ROTATION + " is not loaded, and " + words, INSTALL + " to load it");
        }
        if (server.launchd().disabled().contains(LogFiles.ROTATION)) {
            return new Outcome.Warned(LogFiles.ROTATION + ": " + SWITCHED_OFF + ", and " + words, SWITCH_ON);
        }
        LastExit last = loaded.print().lastExit();
        if (!(last instanceof LastExit.Never) && !last.equals(new LastExit.Code(0))) {
            return new Outcome.Warned(
                    LogFiles.ROTATION + " last ended with " + last.description() + ", and " + words,
                    loaded.print().log().map(log -> "look at " + log).orElse("look at its log"));
        }
        return LogFiles.isLarge(size)
                ? new Outcome.Warned(
                        words,
                        "run \"launchctl kickstart gui/" + server.host().facts().uid() + "/" + LogFiles.ROTATION
                                + "\" on the server to rotate them now")
                : new Outcome.Passed(words);
    }

    private static Outcome files(ServerHost server) {
        Assertions drift = new Assertions();
        Path journal = server.host().facts().home().resolve(".aiserver/journal.json");
        drift.demand(
                server.host().file(journal) instanceof FileState.Absent,
                "an install or uninstall did not end, or is under way (" + journal + ")");
        int files = 0;
        for (Receipt.Entry entry : server.receipt().entries()) {
            if (entry.resource() instanceof HostFile file && entry.after() instanceof State.File written) {
                files++;
                FileState now = server.host().file(file.path());
                if (!(now instanceof FileState.Regular regular)) {
                    drift.demand(false, file.path() + " is missing");
                } else {
                    drift.demand(regular.content().digest().equals(written.digest()), file.path() + " was edited");
                }
            }
        }
        return drift.outcome(files + " files", "see \"aiserver install --dry-run\", then " + INSTALL);
    }

    private static Outcome permissions(ServerHost server) {
        int uid = server.host().facts().uid();
        Assertions findings = new Assertions();
        for (Receipt.Entry entry : server.receipt().entries()) {
            if (entry.resource() instanceof HostFile file
                    && entry.after() instanceof State.File written
                    && server.host().file(file.path()) instanceof FileState.Regular regular) {
                findings.demand(
                                regular.mode() == written.mode(),
                                "%s has mode %04o, not %04o".formatted(file.path(), regular.mode(), written.mode()))
                        .demand(regular.owner() == uid, file.path() + " belongs to user id " + regular.owner());
            }
        }
        Path state = state(server.host().facts());
        if (server.host().file(state) instanceof FileState.Directory directory) {
            findings.demand(
                    (directory.mode() & OTHERS) == 0 && directory.owner() == uid,
                    "%s has mode %04o and belongs to user id %d".formatted(state, directory.mode(), directory.owner()));
        }
        audit(server)
                .unsafe()
                .forEach((program, problem) ->
                        findings.demand(false, "another user could replace " + program + ": " + problem));
        return findings.outcome(
                "as they were written", INSTALL + " to put the permissions right; of " + state + " with chmod 700");
    }
}
