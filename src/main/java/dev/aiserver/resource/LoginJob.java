package dev.aiserver.resource;

import dev.aiserver.host.Command;
import java.nio.file.Path;
import java.util.List;

/** A launchd job that runs once when its user logs in, and ends; nothing can be asked of it while it does not run. */
public record LoginJob(String label, Path plist) implements Resource {

    @Override
    public String id() {
        return "job:" + label;
    }

    @Override
    public String name() {
        return label;
    }

    @Override
    public boolean isOurs() {
        return true;
    }

    /** After the jobs that go on. */
    @Override
    public int rank() {
        return 3000;
    }

    @Override
    public boolean isService() {
        return true;
    }

    @Override
    public List<Command> byHand(Machine machine, State to) {
        return to.equals(State.ABSENT)
                ? machine.launchd().stopByHand(label)
                : machine.launchd().startByHand(label, plist);
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
