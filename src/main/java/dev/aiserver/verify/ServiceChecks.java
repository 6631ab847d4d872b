package dev.aiserver.verify;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.agent.PortHolders;
import dev.aiserver.host.Attempt;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Lsof;
import dev.aiserver.plan.Receipt;
import dev.aiserver.proxy.ProxyLimits;
import dev.aiserver.resource.Health;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LastExit;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LogFiles;
import dev.aiserver.service.PropertyList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Checks that the services run, stay up, and use the installed files. */
final class ServiceChecks {
    private static final String INSTALL = "run \"aiserver install\"";
    private static final String DISABLED =
            "disabled in System Settings > General > Login Items & Extensions or with \"launchctl disable\"";
    private static final String ENABLE = INSTALL + " to enable it again";
    private static final int MIN_FILES = ProxyLimits.DEFAULT.minFiles();
    private static final int GROUP_AND_OTHERS = 077;

    private ServiceChecks() {}

    private static Path stateFolder(HostIdentity facts) {
        return facts.home().resolve(".aiserver");
    }

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (String label : ServerHost.LABELS) {
            checks.add(Check.onServer(
                    "services." + label, label + " is loaded and running", server -> runs(server, label)));
            checks.add(Check.onServer(
                    "services.stable." + label,
                    label + " does not restart repeatedly",
                    StabilityWindow::query,
                    (context, server, before) -> staysUp(context.stability(server, before), label)));
            checks.add(Check.onServer(
                    "services.user." + label,
                    label + " runs as the installing user, not as root",
                    server -> runsAsUser(server, label)));
            checks.add(Check.onServer(
                    "services.program." + label,
                    "the program of " + label + " exists for its next start",
                    server -> programExists(server, label)));
            checks.add(Check.onServer(
                    "services.logs." + label,
                    label + " writes to its configured logs",
                    server -> WrittenLogs.query(server, label),
                    (context, server, logs) -> writesToLogs(context, server, label, logs)));
            checks.add(Check.onServer(
                    "services.keep-alive." + label,
                    label + " restarts after a crash and starts at login",
                    server -> keepsAlive(server, label)));
            checks.add(Check.onServer(
                    "services.process-type." + label,
                    "macOS does not throttle " + label,
                    server -> server.propertyList(label).map(plist -> notThrottled(plist))));
            checks.add(Check.onServer(
                    "services.limits." + label,
                    label + " has a sufficient limit of open files",
                    server -> server.propertyList(label).map(plist -> hasFileLimit(plist))));
        }
        checks.add(Check.onServer(
                "services.conflicts", "no other Ollama or HAProxy starts automatically", ServiceChecks::conflicts));
        checks.add(Check.onServer("services.rotation", "log rotation keeps the logs small", ServiceChecks::rotation));
        checks.add(Check.onServer("services.files", "the installed files are unchanged", ServiceChecks::files));
        checks.add(Check.onServer(
                "services.permissions", "no other user can change the installed files", ServiceChecks::permissions));
        return checks;
    }

    private static Query<Outcome> runs(ServerHost server, String label) {
        return server.jobs()
                .status(label)
                .then(status -> Query.joined(parts -> {
                    var holder = parts.add(holder(server, label, status));
                    var address = parts.add(server.address());
                    return results -> runs(label, status, results.attempt(holder), results.attempt(address));
                }));
    }

    private static Outcome runs(
            String label,
            JobStatus status,
            Attempt<Optional<PortHolders.Holder>> holding,
            Attempt<AddressState> addressing) {
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
        Optional<PortHolders.Holder> holder = holding.get();
        if (holder.isPresent()) {
            return new Outcome.Failed(holder.get().who(), holder.get().advice() + ", then " + start);
        }
        if (print.isRunning()) {
            return new Outcome.Passed("pid " + print.pid().orElseThrow() + ", started " + print.runs()
                    + (print.runs() == 1 ? " time" : " times"));
        }
        AddressState address = addressing.get();
        return label.equals(Layout.HAPROXY) && !(address instanceof AddressState.Present)
                ? new Outcome.Failed("com.haproxy waits for its address: " + address.problem(), address.remedy())
                : new Outcome.Failed(
                        "launchd state is \"" + print.state() + "\", last exit: "
                                + print.lastExit().description(),
                        "read the log of " + label + ", then " + start);
    }

    private static Query<Optional<PortHolders.Holder>> holder(ServerHost server, String label, JobStatus status) {
        if (!(status instanceof JobStatus.Loaded loaded)) {
            return Query.of(Optional.empty());
        }
        Health health = server.job(label).health();
        return Lsof.listeners()
                .then(listeners -> new PortHolders(server.jobs())
                        .otherThan(label, loaded.print().pid(), health.address(), health.port(), listeners));
    }

    private static Outcome staysUp(StabilityWindow stability, String label) {
        int before = stability.pidBefore(label);
        if (before == 0) {
            throw new UserError("the job " + label + " is not running");
        }
        long window = StabilityWindow.WINDOW.toMillis();
        return stability.pidAfter(label) == before
                ? new Outcome.Passed("pid " + before + " for " + window + " ms")
                : new Outcome.Failed("pid " + before + " exited within " + window + " ms", "read the log of " + label);
    }

    private static Query<Outcome> runsAsUser(ServerHost server, String label) {
        int expected = server.identity().uid();
        return server.pid(label)
                .then(pid -> Query.output(
                        Command.of("ps", "-o", "uid=", "-p", String.valueOf(pid)), "which user " + label + " runs as"))
                .map(output -> {
                    String uid = output.strip();
                    return uid.equals(String.valueOf(expected))
                            ? new Outcome.Passed("user ID " + uid)
                            : new Outcome.Failed(
                                    label + " runs as user ID " + uid + ", not " + expected,
                                    "stop that process, then " + INSTALL);
                });
    }

    /** Checks the program file, because a process keeps running after its file is deleted, but cannot start again. */
    private static Query<Outcome> programExists(ServerHost server, String label) {
        return server.running(label).zip(server.programs(), (print, audit) -> programExists(label, print, audit));
    }

    private static Outcome programExists(String label, LaunchctlPrint print, ProgramAudit audit) {
        String program = print.program()
                .orElseThrow(() -> new UserError(
                        "could not find out which program " + label + " runs: \"launchctl print\" does not name it"));
        return new Assertions()
                .require(
                        !audit.missing().contains(program),
                        program + " is missing, so " + label + " cannot start again after its current process exits")
                .outcome(program, INSTALL + " to restore it");
    }

    /**
     * The logs of a process.
     *
     * @param before the states of the services at that moment
     */
    private record WrittenLogs(int pid, List<OpenLog> logs, List<JobStatus> before) {
        static Query<WrittenLogs> query(ServerHost server, String label) {
            return server.pid(label)
                    .zip(
                            server.logs(label),
                            (pid, logs) -> Query.all(logs.stream()
                                            .map(log -> OpenLog.query(pid, log))
                                            .toList())
                                    .zip(
                                            StabilityWindow.query(server),
                                            (open, before) -> new WrittenLogs(pid, open, before)))
                    .then(Function.identity());
        }
    }

    /**
     * A log file.
     *
     * @param lsof the answer of {@link #command}
     */
    private record OpenLog(Path file, Command command, CommandResult lsof, boolean isMissing) {

        /** Asks lsof, which succeeds only if the process has the file open that is now at this path. */
        static Query<OpenLog> query(int pid, Path file) {
            Command command =
                    Command.of("lsof", "-w", "-a", "-p", String.valueOf(pid), "-F", "p", "--", file.toString());
            return Query.command(command)
                    .zip(
                            Query.stat(file),
                            (lsof, state) -> new OpenLog(file, command, lsof, state instanceof FileState.Absent));
        }
    }

    private static Outcome writesToLogs(VerifyContext context, ServerHost server, String label, WrittenLogs written) {
        if (context.stability(server, written.before()).pidAfter(label) != written.pid()) {
            throw new UserError("the process of " + label + " exited during the check");
        }
        Assertions assertions = new Assertions();
        for (OpenLog open : written.logs()) {
            CommandResult result = open.lsof();
            Path log = open.file();
            boolean isMissing = open.isMissing();
            if (!isMissing && !result.succeeded() && !result.errorText().isBlank()
                    || result.incompleteReason().isPresent()) {
                throw result.inconclusive(open.command(), "whether " + label + " writes to " + log);
            }
            assertions.require(
                    !isMissing && result.succeeded(),
                    isMissing
                            ? log + " is missing, so the output of " + label + " is lost"
                            : label + " does not write to " + log + ", which was replaced after " + label + " started");
        }
        return assertions.outcome(
                written.logs().stream().map(open -> open.file().toString()).collect(Collectors.joining(", ")),
                "run \"launchctl kickstart -k gui/" + server.identity().uid() + "/" + label
                        + "\" on the server to reopen its logs (interrupts requests in progress)");
    }

    private static Query<Outcome> keepsAlive(ServerHost server, String label) {
        return Query.joined(parts -> {
            var disabled = parts.add(server.jobs().disabled());
            var plist = parts.add(server.propertyList(label));
            return results -> keepsAlive(label, results.get(disabled), results.attempt(plist));
        });
    }

    private static Outcome keepsAlive(String label, Set<String> disabled, Attempt<PropertyList> file) {
        if (disabled.contains(label)) {
            return new Outcome.Failed(label + " is " + DISABLED, ENABLE);
        }
        PropertyList plist = file.get();
        return new Assertions()
                .require(plist.value("KeepAlive").equals("true"), "KeepAlive is not true")
                .require(plist.value("RunAtLoad").equals("true"), "RunAtLoad is not true")
                .outcome(
                        "KeepAlive and RunAtLoad are true, and " + label + " is not disabled",
                        INSTALL + " to rewrite its property list");
    }

    private static Outcome notThrottled(PropertyList plist) {
        String type = plist.value("ProcessType");
        return new Assertions()
                .require(type.equals("Interactive"), "ProcessType is " + (type.isEmpty() ? "not set" : type))
                .outcome("ProcessType is Interactive", INSTALL + " to rewrite its property list");
    }

    private static Outcome hasFileLimit(PropertyList plist) {
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

    private static Query<Outcome> conflicts(ServerHost server) {
        List<Path> own = server.receipt().resources().stream()
                .filter(Service.class::isInstance)
                .map(resource -> ((Service) resource).plist())
                .toList();
        return new ConflictSearch(server.identity())
                .search(server.spec().ollama().port())
                .map(found -> outcome(ConflictingServer.otherThan(own, found)));
    }

    private static Outcome outcome(List<ConflictingServer> conflicts) {
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

    private static Query<Outcome> rotation(ServerHost server) {
        return Query.joined(parts -> {
            var size = parts.add(server.logs().then(LogFiles::size));
            var status = parts.add(server.jobs().status(LogFiles.ROTATION));
            var disabled = parts.add(server.jobs().disabled());
            return results -> rotation(server, results.get(size), results.attempt(status), results.attempt(disabled));
        });
    }

    private static Outcome rotation(
            ServerHost server, long size, Attempt<JobStatus> status, Attempt<Set<String>> disabled) {
        String usage = "the logs use " + LogFiles.humanSize(size);
        boolean isInstalled = server.receipt().resources().stream()
                .anyMatch(resource ->
                        resource instanceof OneShotJob job && job.label().equals(LogFiles.ROTATION));
        if (!isInstalled) {
            return new Outcome.Warned("this installation does not rotate its logs; " + usage, INSTALL);
        }
        if (!(status.get() instanceof JobStatus.Loaded loaded)) {
            return new Outcome.Failed(LogFiles.ROTATION + " is not loaded; " + usage, INSTALL + " to load it");
        }
        if (disabled.get().contains(LogFiles.ROTATION)) {
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
                        "run \"launchctl kickstart gui/" + server.identity().uid() + "/" + LogFiles.ROTATION
                                + "\" on the server to rotate them now")
                : new Outcome.Passed(usage);
    }

    /** Asks for the installed files, by path. */
    private static Query<Map<Path, FileState>> installed(ServerHost server) {
        List<Path> paths = server.receipt().entries().stream()
                .filter(entry -> entry.resource() instanceof HostFile && entry.after() instanceof State.File)
                .map(entry -> ((HostFile) entry.resource()).path())
                .toList();
        return Query.byKey(paths, Query::file);
    }

    private static Query<Outcome> files(ServerHost server) {
        Path journal = server.identity().home().resolve(".aiserver/journal.json");
        return Query.file(journal)
                .zip(installed(server), (transaction, files) -> files(server.receipt(), journal, transaction, files));
    }

    private static Outcome files(Receipt receipt, Path journal, FileState transaction, Map<Path, FileState> installed) {
        Assertions drift = new Assertions();
        drift.require(
                transaction instanceof FileState.Absent,
                "an install or uninstall is running or did not finish (" + journal + ")");
        int files = 0;
        for (Receipt.Entry entry : receipt.entries()) {
            if (entry.resource() instanceof HostFile file && entry.after() instanceof State.File written) {
                files++;
                FileState now = installed.get(file.path());
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

    private static Query<Outcome> permissions(ServerHost server) {
        return Query.joined(parts -> {
            var installed = parts.add(installed(server));
            var state = parts.add(Query.stat(stateFolder(server.identity())));
            var programs = parts.add(server.programs());
            return results -> permissions(server, results.get(installed), results.get(state), results.get(programs));
        });
    }

    private static Outcome permissions(
            ServerHost server, Map<Path, FileState> installed, FileState folder, ProgramAudit programs) {
        int uid = server.identity().uid();
        Assertions assertions = new Assertions();
        for (Receipt.Entry entry : server.receipt().entries()) {
            if (entry.resource() instanceof HostFile file
                    && entry.after() instanceof State.File written
                    && installed.get(file.path()) instanceof FileState.Regular regular) {
                assertions
                        .require(
                                regular.mode() == written.mode(),
                                "%s has mode %04o, not %04o".formatted(file.path(), regular.mode(), written.mode()))
                        .require(regular.owner() == uid, file.path() + " belongs to user ID " + regular.owner());
            }
        }
        Path state = stateFolder(server.identity());
        if (folder instanceof FileState.Directory directory) {
            assertions.require(
                    (directory.mode() & GROUP_AND_OTHERS) == 0 && directory.owner() == uid,
                    "%s has mode %04o and belongs to user ID %d".formatted(state, directory.mode(), directory.owner()));
        }
        programs.unsafe()
                .forEach((program, problem) ->
                        assertions.require(false, "another user could replace " + program + ": " + problem));
        return assertions.outcome(
                "owners and modes are unchanged",
                INSTALL + " to restore the permissions; for " + state + " run chmod 700");
    }
}
