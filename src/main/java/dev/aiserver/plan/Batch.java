package dev.aiserver.plan;

import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes changes to files and directories in one batch, because each single change may cost a network round trip. */
final class Batch {
    private final Machine machine;
    private final Interruption interruption;
    private final Consumer<Change> progress;

    private final List<Change> made;

    /** @param made receives every change when it starts; a failed change is the last one */
    Batch(Machine machine, Interruption interruption, Consumer<Change> progress, List<Change> made) {
        this.machine = machine;
        this.interruption = interruption;
        this.progress = progress;
        this.made = made;
    }

    /** Returns the leading changes that can be made in one batch. */
    static List<Change> of(List<Change> changes) {
        return changes.stream()
                .takeWhile(change -> change.resource() instanceof HostFile || change.resource() instanceof Directory)
                .toList();
    }

    void make(List<Change> changes) {
        Map<Change, FileState> now = machine.host().ask(Query.byKey(changes, change -> Query.file(path(change))));
        now.forEach((change, state) -> {
            if (wasEditedSincePlan(state, change)) {
                made.add(change);
                throw new UserError(change.resource().name()
                        + " was changed by another program after the plan was made; check the file, then try again.");
            }
        });
        List<Change> due = new ArrayList<>();
        List<FileChange> steps = new ArrayList<>();
        now.forEach((change, state) -> {
            Optional<FileChange> step = change.resource().fileChange(machine, state, change.after());
            step.ifPresent(steps::add);
            if (step.isPresent()) {
                due.add(change);
            } else {
                made.add(change);
                progress.accept(change);
            }
        });
        for (int done = 0; done < due.size(); ) {
            done += make(due.subList(done, due.size()), steps.subList(done, due.size()));
        }
    }

    private static Path path(Change change) {
        return change.resource() instanceof HostFile file ? file.path() : ((Directory) change.resource()).path();
    }

    /** Returns whether the file changed after the plan was made. Such a file is neither overwritten nor rolled back. */
    private static boolean wasEditedSincePlan(FileState now, Change change) {
        return change.resource() instanceof HostFile
                && !HostFile.isAs(change.before(), now)
                && !HostFile.isAs(change.after(), now);
    }

    /** @return how many changes were made: all, or up to one that the host refused although its result is in place */
    private int make(List<Change> due, List<FileChange> steps) {
        int before = made.size();
        made.add(due.get(0));
        try {
            machine.host().changeAll(steps, found -> {
                int done = made.size() - before;
                Change change = due.get(done - 1);
                if (!found && !isMadeDespiteRefusal(change)) {
                    throw machine.staging().missing(change.resource().name());
                }
                progress.accept(change);
                if (done < due.size()) {
                    interruption.check();
                    made.add(due.get(done));
                }
            });
            return due.size();
        } catch (UserError refused) {
            int done = made.size() - before;
            if (interruption.isRequested()) {
                due.stream().skip(done).filter(this::isMade).forEach(made::add);
                throw refused;
            }
            if (!isMadeDespiteRefusal(due.get(done - 1))) {
                throw refused;
            }
            progress.accept(due.get(done - 1));
            return done;
        }
    }

    /** Returns whether a change took effect although the host reported an error. Only a file's content proves that. */
    private boolean isMadeDespiteRefusal(Change change) {
        return change.after() instanceof State.File && isMade(change);
    }

    private boolean isMade(Change change) {
        FileState now = machine.host().ask(Query.file(path(change)));
        return change.resource() instanceof HostFile
                ? HostFile.isAs(change.after(), now)
                : change.resource().fileChange(machine, now, change.after()).isEmpty();
    }
}
