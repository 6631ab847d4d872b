package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Counts the steps that change a host, and makes one of them fail. */
final class FaultyHost implements ForwardingHost {
    private static final Set<String> CHANGING_VERBS = Set.of("enable", "bootout", "bootstrap", "kill", "kickstart");

    /** Ends the process under test as a kill does: no catch block of it runs. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Ways in which a step fails. */
    enum Kind {
        FAILS_BEFORE,
        FAILS_AFTER,
        HANGS,
        KILLED_BEFORE,
        KILLED_AFTER,
        DISK_FULL,
        PERMISSION_DENIED,
        CODE
    }

    /**
     * One fault.
     *
     * @param step at which it begins, counted from 1
     * @param code of launchctl, for {@link Kind#CODE}
     */
    record Fault(Kind kind, int step, int code) {
        static final Fault NONE = new Fault(Kind.FAILS_BEFORE, 0, 0);

        @Override
        public String toString() {
            return kind + (kind == Kind.CODE ? " " + code : "") + " at step " + step;
        }
    }

    /** @param subject the path or the label of the job that the step changes */
    record Step(String subject, boolean launchctl, boolean needsSpace) {}

    private static final AtomicLong LEASES = new AtomicLong();

    private final Host host;
    private long lease = LEASES.incrementAndGet();
    private final List<Step> steps = new ArrayList<>();
    private Fault fault = Fault.NONE;
    private boolean ignoringReloads;

    FaultyHost(Host host) {
        this.host = host;
    }

    @Override
    public Host delegate() {
        return host;
    }

    /** Starts a new process with the next fault. */
    void fail(Fault next) {
        lease = LEASES.incrementAndGet();
        steps.clear();
        fault = next;
    }

    /** Ignores every reload signal from now on, as HAProxy 3.1 does after a failed reload. */
    void ignoreReloads() {
        ignoringReloads = true;
    }

    /** Returns the steps since the last fault was set. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    @Override
    public CommandResult run(Command command) {
        boolean changes = command.program().equals("launchctl")
                && CHANGING_VERBS.contains(command.argv().get(1));
        if (!changes) {
            return withoutAProcess(command).orElseGet(() -> withShortExitTimeout(host.run(command)));
        }
        if (ignoringReloads && command.argv().contains("SIGUSR2")) {
            return CommandResult.of(0, "", "");
        }
        steps.add(new Step(label(command), true, false));
        if (steps.size() != fault.step()) {
            return host.run(command);
        }
        return switch (fault.kind()) {
            case FAILS_BEFORE, PERMISSION_DENIED -> CommandResult.of(1, "", "Operation not permitted");
            case FAILS_AFTER -> {
                host.run(command);
                yield CommandResult.of(1, "", "Operation not permitted");
            }
            case HANGS -> CommandResult.of(CommandResult.TIMED_OUT, "", "");
            case CODE -> CommandResult.of(fault.code(), "", "failed: " + fault.code());
            case KILLED_BEFORE -> throw new Killed();
            case KILLED_AFTER -> {
                host.run(command);
                throw new Killed();
            }
            case DISK_FULL -> host.run(command);
        };
    }

    @Override
    public long leasePid() {
        return lease;
    }

    /** Returns the label at the end of a target or in the name of a property list. */
    private static String label(Command command) {
        String last = command.argv().get(command.argv().size() - 1);
        return last.substring(last.lastIndexOf('/') + 1).replaceFirst("\\.plist$", "");
    }

    /** Answers frequent commands without a process, to save time: other tests cover the real commands. */
    private Optional<CommandResult> withoutAProcess(Command command) {
        List<String> argv = command.argv();
        if (argv.contains("lstart=")) {
            boolean alive = argv.get(argv.size() - 1).equals(Long.toString(lease));
            return Optional.of(CommandResult.of(alive ? 0 : 1, alive ? "today" : "", ""));
        }
        if (argv.contains("kill -0 \"$1\"")) {
            long pid = Long.parseLong(argv.get(argv.size() - 1));
            boolean alive = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
            return Optional.of(CommandResult.of(alive ? 0 : 1, "", ""));
        }
        return argv.contains("-c") && argv.contains("/dev/stdin")
                ? Optional.of(CommandResult.of(0, "", ""))
                : Optional.empty();
    }

    /** Shortens the half minute that launchd gives services to exit. */
    private static CommandResult withShortExitTimeout(CommandResult answer) {
        return CommandResult.of(
                answer.exitCode(),
                answer.text().replaceAll("exit timeout = \\d+", "exit timeout = 1"),
                answer.errorText());
    }

    private <T> T change(Path path, boolean needsSpace, Supplier<T> change) {
        steps.add(new Step(path.toString(), false, needsSpace));
        boolean now = steps.size() == fault.step();
        boolean denied = fault.kind() == Kind.PERMISSION_DENIED
                && fault.step() > 0
                && steps.size() >= fault.step()
                && steps.get(fault.step() - 1).subject().equals(path.toString());
        boolean full = fault.kind() == Kind.DISK_FULL && fault.step() > 0 && steps.size() >= fault.step() && needsSpace;
        if (denied) {
            throw new UserError("Cannot write " + path + ": permission denied; check its owner and permissions.");
        }
        if (full) {
            throw new UserError("Cannot write " + path + ": No space left on device.");
        }
        if (now && fault.kind() == Kind.FAILS_BEFORE) {
            throw new UserError("Cannot write " + path + ": Input/output error.");
        }
        if (now && fault.kind() == Kind.KILLED_BEFORE) {
            throw new Killed();
        }
        T result = change.get();
        if (now && fault.kind() == Kind.FAILS_AFTER) {
            throw new UserError("Cannot write " + path + ": Input/output error.");
        }
        if (now && fault.kind() == Kind.KILLED_AFTER) {
            throw new Killed();
        }
        return result;
    }

    private void act(Path path, boolean needsSpace, Runnable change) {
        BooleanSupplier done = () -> {
            change.run();
            return true;
        };
        change(path, needsSpace, done::getAsBoolean);
    }

    @Override
    public void write(Path path, Content content, int mode) {
        act(path, true, () -> host.write(path, content, mode));
    }

    @Override
    public boolean create(Path path, Content content, int mode) {
        return change(path, true, () -> host.create(path, content, mode));
    }

    @Override
    public boolean move(Path from, Path to) {
        return change(to, false, () -> host.move(from, to));
    }

    @Override
    public void delete(Path path) {
        if (host.ask(Query.file(path)) instanceof FileState.Absent) {
            return;
        }
        act(path, false, () -> host.delete(path));
    }

    @Override
    public void createDirectory(Path path, int mode) {
        act(path, true, () -> host.createDirectory(path, mode));
    }
}
