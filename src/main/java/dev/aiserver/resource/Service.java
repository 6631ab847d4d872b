package dev.aiserver.resource;

import dev.aiserver.host.Command;
import java.nio.file.Path;
import java.util.List;

/** A launchd job. launchd keeps its own copy of a loaded property list, so the file alone does not show the job's state. */
public sealed interface Service extends Resource permits ExistingJob, Job, OneShotJob {

    String label();

    /** Returns the property list that it is loaded from. */
    Path plist();

    /** Returns whether it must keep running in this state. Only some time after its start shows whether it does. */
    boolean mustKeepRunning(State to);

    /** Returns whether a reload suffices for this change, so that no process has to end. */
    default boolean reloads(State from, State to) {
        return false;
    }

    @Override
    default Verb verb(State from, State to) {
        if (to.equals(State.ABSENT)) {
            return Verb.STOP;
        }
        return from.equals(State.ABSENT) ? Verb.START : reloads(from, to) ? Verb.RELOAD : Verb.RESTART;
    }

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
