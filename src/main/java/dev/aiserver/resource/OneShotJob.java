package dev.aiserver.resource;

import java.nio.file.Path;

/** A launchd job that runs once when its user logs in, and ends; nothing can be asked of it while it does not run. */
public record OneShotJob(String label, Path plist) implements Service {

    @Override
    public String id() {
        return "job:" + label;
    }

    @Override
    public String name() {
        return label;
    }

    /** After the jobs that go on. */
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
