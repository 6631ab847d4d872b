package dev.aiserver.plan;

import dev.aiserver.host.Host;
import dev.aiserver.resource.Machine;
import dev.aiserver.service.Launchd;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Changes an installation on a host: one process at a time, and all of a transaction or nothing. */
public final class Transactions {
    /** Longer than any takes when nothing must be downloaded. */
    private static final Duration LOCK_LIMIT = Duration.ofMinutes(2);

    private final Machine machine;
    private final StateStore records;

    public Transactions(Host host, Launchd launchd, StateStore records) {
        this.machine = new Machine(host, launchd, records.journals().staging());
        this.records = records;
    }

    /**
     * Waits until nobody else changes this installation.
     *
     * @param operation what the person called it: install, uninstall
     * @param waiting is told who does
     */
    public LockFile.Held lock(String operation, Consumer<LockFile.Holder> waiting) {
        return records.lock().take(operation, LOCK_LIMIT, waiting);
    }

    /**
     * Undoes what a process that died had begun.
     *
     * @return what could not be undone
     * @throws dev.aiserver.host.UserError when the machine can be reached no longer; the journal there knows what is left
     */
    public List<Rollback.Failure> undo(Journal journal) {
        return new Rollback(machine, records).undo(journal);
    }

    /** @param progress is told each change when it has been made */
    public Applier applier(Interruption interruption, Consumer<Change> progress) {
        return applier(interruption, progress, () -> {});
    }

    /**
     * @param acceptance looks at what was made, before it is final; the {@link dev.aiserver.host.UserError} that it throws
     *     rolls everything back
     */
    public Applier applier(Interruption interruption, Consumer<Change> progress, Runnable acceptance) {
        return new Applier(machine, records, interruption, progress, acceptance);
    }
}
