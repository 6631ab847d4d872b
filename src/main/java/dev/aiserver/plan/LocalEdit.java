package dev.aiserver.plan;

import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A file that somebody has written since this program wrote it last.
 *
 * @param installed as this program left it
 * @param current as it is now
 * @param desired as this program would write it, or absent when it would take it away
 */
public record LocalEdit(HostFile file, State.File installed, State.File current, State desired) {

    /** What a person wants of the files that they edited. */
    public enum Policy {
        NONE,
        KEEP,
        OVERWRITE
    }

    /** Of the files that the targets would change, those that are not as the receipt says. */
    public static List<LocalEdit> among(
            List<DesiredResource> targets, Function<HostFile, State> observed, Receipt receipt) {
        List<LocalEdit> edits = new ArrayList<>();
        for (DesiredResource target : targets) {
            if (target.resource() instanceof HostFile file
                    && receipt.recorded(file).orElse(State.ABSENT) instanceof State.File installed
                    && observed.apply(file) instanceof State.File current
                    && !current.equals(installed)
                    && !current.equals(target.state())) {
                edits.add(new LocalEdit(file, installed, current, target.state()));
            }
        }
        return edits;
    }

    /** The same targets without this file, which is left as it is, and with services that run from it as it is. */
    public List<DesiredResource> keptIn(List<DesiredResource> targets) {
        return targets.stream()
                .filter(target -> !target.resource().equals(file))
                .map(target -> new DesiredResource(target.resource(), kept(target)))
                .toList();
    }

    private State kept(DesiredResource target) {
        if (target.state() instanceof State.Running running) {
            return new State.Running(kept(running.definition()), kept(running.configuration()));
        }
        return target.state() instanceof State.Loaded loaded
                ? new State.Loaded(kept(loaded.definition()))
                : target.state();
    }

    private String kept(String digest) {
        return desired instanceof State.File file && digest.equals(file.digest()) ? current.digest() : digest;
    }

    /** Nobody knows whether a service has read what they wrote. */
    public State unsure(State state) {
        return state instanceof State.Running running && running.configuration().equals(installed.digest())
                ? new State.Running(running.definition(), State.Running.UNKNOWN)
                : state;
    }
}
