package dev.aiserver.resource;

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
    public void converge(Machine machine, State from, State to) {
        if (to.equals(State.ABSENT)) {
            machine.launchd().stop(label);
        } else {
            machine.launchd().load(label, plist);
        }
    }
}
