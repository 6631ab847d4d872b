package dev.aiserver.resource;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A launchd job of the user.
 *
 * @param order the start order among the jobs; a job's dependencies have lower numbers
 * @param reloads whether the job reloads its configuration on SIGUSR2, without a restart
 */
public record Job(String label, Path plist, int order, boolean reloads, Health health) implements Service {

    @Override
    public String id() {
        return "job:" + label;
    }

    @Override
    public String name() {
        return label;
    }

    @Override
    public int rank() {
        return 2000 + order;
    }

    /** A reload suffices if only the configuration differs, and the job can reload it. */
    @Override
    public boolean reloads(State from, State to) {
        return reloads && sameDefinition(from, to);
    }

    @Override
    public boolean mustKeepRunning(State to) {
        return to instanceof State.Running;
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return host.loaded(this)
                .zip(new HostFile(plist).query(host).attempt(), (print, file) -> observed(host, print, file))
                .then(Function.identity());
    }

    private Query<Observation> observed(ObservedHost host, Optional<LaunchctlPrint> print, Attempt<Observation> file) {
        if (print.isEmpty()) {
            return Query.of(Observation.of(State.ABSENT));
        }
        if (!print.get().isRunning()) {
            return Query.of(Observation.of(new State.Failing(print.get().state())));
        }
        return Query.through(health::problem)
                .map(problem ->
                        Observation.of(problem.<State>map(State.Failing::new).orElseGet(() -> loadedFrom(host, file))));
    }

    /** Returns the recorded state if the property list still matches it, or an unknown state. */
    private State loadedFrom(ObservedHost host, Attempt<Observation> file) {
        State unknown = new State.Running(State.Running.UNKNOWN, State.Running.UNKNOWN);
        return host.recorded()
                .apply(this)
                .filter(recorded -> recorded instanceof State.Running running
                        && file.get().state() instanceof State.File definition
                        && definition.digest().equals(running.definition()))
                .orElse(unknown);
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.job(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        Launchd launchd = machine.launchd();
        if (to.equals(State.ABSENT)) {
            launchd.stop(label);
        } else if (to instanceof State.Failing) {
            launchd.load(label, plist);
        } else if (reloads(from, to) && isRunning(machine)) {
            reload(machine, to);
        } else if (from.equals(State.ABSENT)) {
            launchd.startUnloadedNoWait(label, plist, () -> health.problem(machine.host()));
        } else {
            launchd.startNoWait(label, plist, () -> health.problem(machine.host()));
        }
    }

    private boolean isRunning(Machine machine) {
        return machine.host().ask(machine.launchd().jobs().status(label)) instanceof JobStatus.Loaded loaded
                && loaded.print().isRunning();
    }

    private static boolean sameDefinition(State from, State to) {
        return from instanceof State.Running before
                && to instanceof State.Running after
                && before.definition().equals(after.definition());
    }

    /**
     * Reloads the configuration, or restarts the job if it ignores the reload: it would otherwise keep its old
     * configuration indefinitely. The file was validated before it was written.
     */
    private void reload(Machine machine, State to) {
        try {
            if (isReloaded(machine) || mayKeepRunning(machine, to)) {
                return;
            }
        } catch (UserError error) {
            if (error.kind() == UserError.Kind.REFUSED && mayKeepRunning(machine, to)) {
                return;
            }
            throw error;
        }
        machine.launchd().restart(label, () -> health.problem(machine.host()));
    }

    /**
     * Returns whether the job may continue with its present configuration. A master that rejects the file keeps the old
     * configuration, and in this state it is unknown which one it had.
     */
    private boolean mayKeepRunning(Machine machine, State to) {
        return to instanceof State.Running running
                && running.configuration().equals(State.Running.UNKNOWN)
                && isRunning(machine)
                && health.problem(machine.host()).isEmpty();
    }

    private boolean isReloaded(Machine machine) {
        Set<Integer> before = listeners(machine);
        return machine.launchd()
                .reload(
                        label,
                        health.address() + ":" + health.port(),
                        () -> health.problem(machine.host()),
                        () -> problemOfReload(machine, before));
    }

    /**
     * Returns why the reload is not complete, or empty if it is. Both the old and the new configuration answer requests, so
     * only a new worker process proves the reload. While HAProxy fails to bind an address, no worker listens for a moment,
     * and then the old worker listens again.
     */
    private Optional<String> problemOfReload(Machine machine, Set<Integer> before) {
        Set<Integer> now;
        try {
            now = listeners(machine);
        } catch (UserError error) {
            if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
                throw error;
            }
            return Optional.of("could not check whether it reloaded: " + error.sentence());
        }
        if (now.isEmpty() || now.stream().anyMatch(before::contains)) {
            return Optional.of("it still uses its old configuration");
        }
        return health.problem(machine.host());
    }

    private Set<Integer> listeners(Machine machine) {
        return machine.host().ask(Lsof.listeners(List.of(health.port()))).stream()
                .filter(listener -> listener.address().equals(health.address()))
                .map(Listener::pid)
                .collect(Collectors.toSet());
    }
}
