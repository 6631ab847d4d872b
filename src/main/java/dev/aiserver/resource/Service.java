package dev.aiserver.resource;

import dev.aiserver.host.Command;
import java.nio.file.Path;
import java.util.List;

/** A job of the service manager, which keeps a copy of its own of what it was told: looking at files is not knowing. */
public sealed interface Service extends Resource permits ExistingJob, Job, OneShotJob {

    String label();

    /** The file that it is loaded from. */
    Path plist();

    /** Whether in that state it must go on running, which can be seen only some time after it was brought there. */
    boolean mustKeepRunning(State to);

    @Override
    default boolean isReversible() {
        return true;
    }

    @Override
    default List<Command> manualSteps(Machine machine, State to) {
        return to.equals(State.ABSENT)
                ? machine.launchd().stopByHand(label())
                : machine.launchd().startByHand(label(), plist());
    }
}
