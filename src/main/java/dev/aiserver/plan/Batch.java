package dev.aiserver.plan;

import dev.aiserver.host.FileChange;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Machine;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes changes of files and folders together, which are many, and where every change alone may cost a trip. */
final class Batch {
    private final Machine machine;
    private final Interruption interruption;
    private final Consumer<Change> progress;

    /** Each that has begun; the one that fails is the last. */
    private final List<Change> made;

    /** @param made is given each that has begun; the one that fails is the last */
    Batch(Machine machine, Interruption interruption, Consumer<Change> progress, List<Change> made) {
        this.machine = machine;
        this.interruption = interruption;
        this.progress = progress;
        this.made = made;
    }

    /** Those at the beginning that can be made together. */
    static List<Change> of(List<Change> changes) {
        return changes.stream()
                .takeWhile(change -> change.resource() instanceof HostFile || change.resource() instanceof Directory)
                .toList();
    }

    void make(List<Change> changes) {
        List<Path> paths = changes.stream().map(Batch::path).toList();
        Machine now = machine.prefetched(Prefetch.ofFiles(paths));
        for (Change change : changes) {
            if (wasWrittenMeanwhile(now, change)) {
                made.add(change);
                throw new UserError(change.resource().name()
                        + " was written by something else meanwhile; look at it, then try again.");
            }
        }
        List<Change> due = new ArrayList<>();
        List<FileChange> steps = new ArrayList<>();
        for (Change change : changes) {
            Optional<FileChange> step = change.resource().fileChange(now, change.after());
            step.ifPresent(steps::add);
            if (step.isPresent()) {
                due.add(change);
            } else {
                made.add(change);
                progress.accept(change);
            }
        }
        for (int done = 0; done < due.size(); ) {
            done += make(due.subList(done, due.size()), steps.subList(done, due.size()));
        }
    }

    private static Path path(Change change) {
        return change.resource() instanceof HostFile file ? file.path() : ((Directory) change.resource()).path();
    }

    /** What somebody has written since the plan was made is not overwritten, and not undone either. */
    private static boolean wasWrittenMeanwhile(Machine now, Change change) {
        return change.resource() instanceof HostFile file
                && !file.isAs(change.before(), now.host())
                && !file.isAs(change.after(), now.host());
    }

    /** @return how many were made: all, or up to one that was refused though it is as it shall be */
    private int make(List<Change> due, List<FileChange> steps) {
        int before = made.size();
        made.add(due.get(0));
        try {
            machine.host().changeAll(steps, found -> {
                int done = made.size() - before;
                Change change = due.get(done - 1);
                if (!found && !isMadeThoughRefused(change)) {
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
            if (!isMadeThoughRefused(due.get(done - 1))) {
                throw refused;
            }
            progress.accept(due.get(done - 1));
            return done;
        }
    }

    /** Only the content of a file is proof against a refusal. */
    private boolean isMadeThoughRefused(Change change) {
        return change.after() instanceof State.File && isMade(change);
    }

    private boolean isMade(Change change) {
        return change.resource() instanceof HostFile file
                ? file.isAs(change.after(), machine.host())
                : change.resource().fileChange(machine, change.after()).isEmpty();
    }
}
