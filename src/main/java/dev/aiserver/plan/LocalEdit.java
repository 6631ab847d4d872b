package dev.aiserver.plan;

import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A file that was edited after aiserver last wrote it.
 *
 * @param installed the content that aiserver wrote
 * @param current the edited content
 * @param desired the content that aiserver would write, or absent if it would delete the file
 */
public record LocalEdit(HostFile file, State.File installed, State.File current, State desired) {

    /** The decision about files that were edited locally. */
    public enum Policy {
        NONE,
        KEEP,
        OVERWRITE
    }

    /** Returns the files that the targets would change and whose content differs from the receipt. */
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

    /** Returns the targets without this file, and with services that use the edited file. */
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

    /** Marks a service's configuration as unknown, because the service may have read the edited file. */
    public State withUnknownConfiguration(State state) {
        return state instanceof State.Running running && running.configuration().equals(installed.digest())
                ? new State.Running(running.definition(), State.Running.UNKNOWN)
                : state;
    }
}
