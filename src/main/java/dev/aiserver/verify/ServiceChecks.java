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

/** Checks that the services run, stay up, and use the installed files. */
final class ServiceChecks {
    private static final String INSTALL = "run \"aiserver install\"";
    private static final List<String> LABELS = List.of(ServerHost.OLLAMA, ServerHost.HAPROXY);
    private static final String DISABLED =
            "disabled in System Settings > General > Login Items & Extensions or with \"launchctl disable\"";
    private static final String ENABLE = INSTALL + " to enable it again";
    private static final int MIN_FILES = 8210;
    private static final int GROUP_AND_OTHERS = 077;

    private ServiceChecks() {}

    /** Returns the queries that these checks need on any machine. */
    static Prefetch prefetch(Host host, Launchd launchd) {
        return launchd.prefetch(LABELS)
                .and(launchd.prefetch(List.of(LogFiles.ROTATION)))
                .and(ConflictSearch.prefetch(host, launchd))
                .and(Prefetch.ofFiles(List.of(stateFolder(host.facts()))));
    }

    /**
     * Returns the queries that depend on the results of {@link #prefetch}, without those that the receipt determines.
     */
    static Prefetch followUpPrefetch(ServerHost server) {
        List<Command> commands = new ArrayList<>();
        loaded(server)
                .flatMapToInt(print -> print.pid().stream())
                .mapToObj(ServiceChecks::psUser)
                .forEach(commands::add);
        commands.add(programAudit(server));
        loaded(server)
                .forEach(print ->
                        print.pid().ifPresent(pid -> print.outputs().forEach(log -> commands.add(lsof(pid, log)))));
        return Prefetch.ofCommands(commands).and(ConflictSearch.followUpPrefetch(server.host()));
    }

    private static Stream<LaunchctlPrint> loaded(ServerHost server) {
        return LABELS.stream()
                .map(server.launchd()::status)
                .filter(JobStatus.Loaded.class::isInstance)
                .map(status -> ((JobStatus.Loaded) status).print());
    }

    private static Command programAudit(ServerHost server) {
        return ProgramAudit.command(
                loaded(server).flatMap(print -> print.program().stream()).toList());
    }

    private static ProgramAudit audit(ServerHost server) {
        return ProgramAudit.read(
                server.host().query(programAudit(server)).text(), server.host().facts());
    }

    private static Command psUser(int pid) {
        return Command.of("ps", "-o", "uid=", "-p", String.valueOf(pid));
    }

    private static Path stateFolder(HostIdentity facts) {
        return facts.home().resolve(".aiserver");
    }

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (String label : LABELS) {
            checks.add(Check.onServer(
                    "services." + label,
                    label + " is loaded and running",
                    (context, server) -> runs(context, server, label)));
            checks.add(Check.onServer(
                    "services.stable." + label,
                    label + " does not restart repeatedly",
                    (context, server) -> staysUp(context, server, label)));
            checks.add(Check.onServer(
                    "services.user." + label,
                    label + " runs as the installing user, not as root",
                    (context, server) -> runsAsUser(server, label)));
            checks.add(Check.onServer(
                    "services.program." + label,
                    "the program of " + label + " exists for its next start",
                    (context, server) -> programExists(server, label)));
            checks.add(Check.onServer(
                    "services.logs." + label,
                    label + " writes to its configured logs",
                    (context, server) -> writesToLogs(context, server, label)));
            checks.add(Check.onServer(
                    "services.keep-alive." + label,
                    label + " restarts after a crash and starts at login",
                    (context, server) -> keepsAlive(server, label)));
            checks.add(Check.onServer(
                    "services.process-type." + label,
                    "macOS does not throttle " + label,
                    (context, server) -> notThrottled(server, label)));
            checks.add(Check.onServer(
                    "services.limits." + label,
                    label + " has a sufficient limit of open files",
                    (context, server) -> hasFileLimit(server, label)));
        }
        checks.add(Check.onServer(
                "services.conflicts",
                "no other Ollama or HAProxy starts automatically",
                (context, server) -> conflicts(server)));
        checks.add(Check.onServer(
                "services.rotation", "log rotation keeps the logs small", (context, server) -> rotation(server)));
        checks.add(Check.onServer(
                "services.files", "the installed files are unchanged", (context, server) -> files(server)));
        checks.add(Check.onServer(
                "services.permissions",
                "no other user can change the installed files",
                (context, server) -> permissions(server)));
        return checks;
    }

    private static Outcome runs(VerifyContext context, ServerHost server, String label) {
        JobStatus status = server.launchd().status(label);
        String start = INSTALL + " to start it";
        if (status instanceof JobStatus.Absent) {
            return new Outcome.Failed(label + " is not loaded", start);
        }
        if (status instanceof JobStatus.Elsewhere elsewhere) {
            return new Outcome.Failed(
                    label + " is loaded in " + elsewhere.domain(),
                    "run \"launchctl bootout " + elsewhere.domain() + "/" + label + "\", then " + start);
        }
        LaunchctlPrint print = ((JobStatus.Loaded) status).print();
        Optional<PortHolders.Holder> holder = holder(context, server, label, print);
        if (holder.isPresent()) {
            return new Outcome.Failed(holder.get().who(), holder.get().advice() + ", then " + start);
        }
        if (print.isRunning()) {
            return new Outcome.Passed("pid " + print.pid().orElseThrow() + ", started " + print.runs()
                    + (print.runs() == 1 ? " time" : " times"));
        }
        AddressState address = server.address();
        return label.equals(ServerHost.HAPROXY) && !(address instanceof AddressState.Present)
                ? new Outcome.Failed("com.haproxy waits for its address: " + address.problem(), address.remedy())
                : new Outcome.Failed(
                        "launchd state is \"" + print.state() + "\", last exit: "
                                + print.lastExit().description(),
                        "read the log of " + label + ", then " + start);
    }

    private static Optional<PortHolders.Holder> holder(
            VerifyContext context, ServerHost server, String label, LaunchctlPrint print) {
        Health health = server.job(label).health();
        return new PortHolders(server.host(), server.launchd())
                .otherThan(label, print.pid(), health.address(), health.port(), context.listeners(server));
    }

    private static Outcome staysUp(VerifyContext context, ServerHost server, String label) {
        List<Integer> pids = context.stability(server).pids(label);
        int before = pids.get(0);
        if (before == 0) {
            throw new UserError("the job " + label + " is not running");
        }
        long window = StabilityWindow.WINDOW.toMillis();
        return pids.get(1) == before
                ? new Outcome.Passed("pid " + before + " for " + window + " ms")
                : new Outcome.Failed("pid " + before + " exited within " + window + " ms", "read the log of " + label);
    }

    private static Outcome runsAsUser(ServerHost server, String label) {
        int expected = server.host().facts().uid();
        String uid = server.host()
                .requireOutput(psUser(server.pid(label)), "which user " + label + " runs as")
                .strip();
        return uid.equals(String.valueOf(expected))
                ? new Outcome.Passed("user ID " + uid)
                : new Outcome.Failed(
                        label + " runs as user ID " + uid + ", not " + expected, "stop that process, then " + INSTALL);
    }

    /** Checks the program file, because a process keeps running after its file is deleted, but cannot start again. */
    private static Outcome programExists(ServerHost server, String label) {
        String program = server.running(label)
                .program()
                .orElseThrow(() -> new UserError(
                        "could not find out which program " + label + " runs: \"launchctl print\" does not name it"));
        return new Assertions()
                .require(
                        !audit(server).missing().contains(program),
                        program + " is missing, so " + label + " cannot start again after its current process exits")
                .outcome(program, INSTALL + " to restore it");
    }

    private static Outcome writesToLogs(VerifyContext context, ServerHost server, String label) {
        int pid = server.pid(label);
        if (context.stability(server).pids(label).get(1) != pid) {
            throw new UserError("the process of " + label + " exited during the check");
        }
        Assertions assertions = new Assertions();
        for (Path log : server.logs(label)) {
            Command query = lsof(pid, log);
            CommandResult result = server.host().query(query);
            boolean isMissing = server.host().stat(log) instanceof FileState.Absent;
            if (!isMissing && !result.succeeded() && !result.errorText().isBlank()
                    || result.incompleteReason().isPresent()) {
                throw result.inconclusive(query, "whether " + label + " writes to " + log);
            }
            assertions.require(
                    !isMissing && result.succeeded(),
                    isMissing
                            ? log + " is missing, so the output of " + label + " is lost"
                            : label + " does not write to " + log + ", which was replaced after " + label + " started");
        }
        return assertions.outcome(
                String.join(
                        ", ", server.logs(label).stream().map(Path::toString).toList()),
                "run \"launchctl kickstart -k gui/" + server.host().facts().uid() + "/" + label
                        + "\" on the server to reopen its logs (interrupts requests in progress)");
    }

    /** Returns the lsof command that succeeds only if the process has the file open that is now at this path. */
    private static Command lsof(int pid, Path log) {
        return Command.of("lsof", "-w", "-a", "-p", String.valueOf(pid), "-F", "p", "--", log.toString());
    }

    private static Outcome keepsAlive(ServerHost server, String label) {
        if (server.launchd().disabled().contains(label)) {
            return new Outcome.Failed(label + " is " + DISABLED, ENABLE);
        }
        PropertyList plist = server.propertyList(label);
        return new Assertions()
                .require(plist.value("KeepAlive").equals("true"), "KeepAlive is not true")
                .require(plist.value("RunAtLoad").equals("true"), "RunAtLoad is not true")
                .outcome(
                        "KeepAlive and RunAtLoad are true, and " + label + " is not disabled",
                        INSTALL + " to rewrite its property list");
    }

    private static Outcome notThrottled(ServerHost server, String label) {
        String type = server.propertyList(label).value("ProcessType");
        return new Assertions()
                .require(type.equals("Interactive"), "ProcessType is " + (type.isEmpty() ? "not set" : type))
                .outcome("ProcessType is Interactive", INSTALL + " to rewrite its property list");
    }

    private static Outcome hasFileLimit(ServerHost server, String label) {
        PropertyList plist = server.propertyList(label);
        Assertions assertions = new Assertions();
        for (String kind : List.of("Soft", "Hard")) {
            String limit = plist.value(kind + "ResourceLimits.NumberOfFiles");
            assertions.require(
                    limit.matches("\\d{1,9}") && Integer.parseInt(limit) >= MIN_FILES,
                    "the " + kind.toLowerCase(Locale.ROOT) + " limit is " + (limit.isEmpty() ? "not set" : limit));
        }
        return assertions.outcome(
                "the limit is " + plist.value("SoftResourceLimits.NumberOfFiles") + " files",
                INSTALL + ": HAProxy needs " + MIN_FILES + " files for its maxconn, and launchd's default is 256");
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
            return new Outcome.Failed(join(harmful, ConflictingServer::what), join(harmful, ConflictingServer::advice));
        }
        return conflicts.isEmpty()
                ? new Outcome.Passed("no such agent, daemon or app found")
                : new Outcome.Warned(
                        join(conflicts, ConflictingServer::what), join(conflicts, ConflictingServer::advice));
    }

    private static String join(List<ConflictingServer> conflicts, Function<ConflictingServer, String> text) {
        return conflicts.stream().map(text).distinct().collect(Collectors.joining("; "));
    }

    private static Outcome rotation(ServerHost server) {
        long size = server.logs().size(server.host());
        String usage = "the logs use " + LogFiles.humanSize(size);
        boolean isInstalled = server.receipt().resources().stream()
                .anyMatch(resource ->
                        resource instanceof OneShotJob job && job.label().equals(LogFiles.ROTATION));
        if (!isInstalled) {
            return new Outcome.Warned("this installation does not rotate its logs; " + usage, INSTALL);
        }
        if (!(server.launchd().status(LogFiles.ROTATION) instanceof JobStatus.Loaded loaded)) {
            return new Outcome.Failed(LogFiles.ROTATION + " is not loaded; " + usage, INSTALL + " to load it");
        }
        if (server.launchd().disabled().contains(LogFiles.ROTATION)) {
            return new Outcome.Warned(LogFiles.ROTATION + " is " + DISABLED + "; " + usage, ENABLE);
        }
        LastExit last = loaded.print().lastExit();
        if (!(last instanceof LastExit.Never) && !last.equals(new LastExit.Code(0))) {
            return new Outcome.Warned(
                    "last exit of " + LogFiles.ROTATION + ": " + last.description() + "; " + usage,
                    loaded.print().log().map(log -> "read " + log).orElse("read the log of " + LogFiles.ROTATION));
        }
        return LogFiles.isLarge(size)
                ? new Outcome.Warned(
                        usage,
                        "run \"launchctl kickstart gui/" + server.host().facts().uid() + "/" + LogFiles.ROTATION
                                + "\" on the server to rotate them now")
                : new Outcome.Passed(usage);
    }

    private static Outcome files(ServerHost server) {
        Assertions drift = new Assertions();
        Path journal = server.host().facts().home().resolve(".aiserver/journal.json");
        drift.require(
                server.host().file(journal) instanceof FileState.Absent,
                "an install or uninstall is running or did not finish (" + journal + ")");
        int files = 0;
        for (Receipt.Entry entry : server.receipt().entries()) {
            if (entry.resource() instanceof HostFile file && entry.after() instanceof State.File written) {
                files++;
                FileState now = server.host().file(file.path());
                if (!(now instanceof FileState.Regular regular)) {
                    drift.require(false, file.path() + " is missing");
                } else {
                    drift.require(
                            regular.content().digest().equals(written.digest()), file.path() + " was edited locally");
                }
            }
        }
        return drift.outcome(files + " files are unchanged", "check \"aiserver install --dry-run\", then " + INSTALL);
    }

    private static Outcome permissions(ServerHost server) {
        int uid = server.host().facts().uid();
        Assertions assertions = new Assertions();
        for (Receipt.Entry entry : server.receipt().entries()) {
            if (entry.resource() instanceof HostFile file
                    && entry.after() instanceof State.File written
                    && server.host().file(file.path()) instanceof FileState.Regular regular) {
                assertions
                        .require(
                                regular.mode() == written.mode(),
                                "%s has mode %04o, not %04o".formatted(file.path(), regular.mode(), written.mode()))
                        .require(regular.owner() == uid, file.path() + " belongs to user ID " + regular.owner());
            }
        }
        Path state = stateFolder(server.host().facts());
        if (server.host().file(state) instanceof FileState.Directory directory) {
            assertions.require(
                    (directory.mode() & GROUP_AND_OTHERS) == 0 && directory.owner() == uid,
                    "%s has mode %04o and belongs to user ID %d".formatted(state, directory.mode(), directory.owner()));
        }
        audit(server)
                .unsafe()
                .forEach((program, problem) ->
                        assertions.require(false, "another user could replace " + program + ": " + problem));
        return assertions.outcome(
                "owners and modes are unchanged",
                INSTALL + " to restore the permissions; for " + state + " run chmod 700");
    }
}
