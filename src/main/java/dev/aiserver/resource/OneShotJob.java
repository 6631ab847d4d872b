package dev.aiserver.resource;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Query;
import java.nio.file.Path;

/** A launchd job that runs and exits, such as once at login. While it does not run, its readiness cannot be checked. */
public record OneShotJob(String label, Path plist) implements Service {

    @Override
    public String id() {
        return "job:" + label;
    }

    @Override
    public String name() {
        return label;
    }

    /** Comes after the jobs that keep running. */
    @Override
    public int rank() {
        return 3000;
    }

    @Override
    public boolean mustKeepRunning(State to) {
        return false;
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return host.loaded(this)
                .zip(
                        new HostFile(plist).query(host).attempt(),
                        (print, file) -> Observation.of(print.isPresent() ? loaded(host, file) : State.ABSENT));
    }

    private State loaded(ObservedHost host, Attempt<Observation> file) {
        return host.recorded()
                .apply(this)
                .filter(recorded -> recorded instanceof State.Loaded loaded
                        && file.get().state() instanceof State.File definition
                        && definition.digest().equals(loaded.definition()))
                .orElseGet(() -> new State.Loaded(State.Running.UNKNOWN));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.oneShotJob(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        if (to.equals(State.ABSENT)) {
            machine.launchd().stop(label);
        } else {
            machine.launchd().load(label, plist);
        }
    }
}
