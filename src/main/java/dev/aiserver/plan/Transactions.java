package dev.aiserver.plan;

import dev.aiserver.host.Host;
import dev.aiserver.resource.Machine;
import dev.aiserver.service.Launchd;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Changes an installation on a host in transactions, one process at a time. */
public final class Transactions {
    /** Longer than any transaction takes if nothing has to be downloaded. */
    private static final Duration LOCK_LIMIT = Duration.ofMinutes(2);

    private final Machine machine;
    private final StateStore records;

    public Transactions(Host host, Launchd launchd, StateStore records) {
        this.machine = new Machine(host, launchd, records.journals().staging());
        this.records = records;
    }

    /**
     * Waits until no other process changes this installation, and locks it.
     *
     * @param operation the command: install or uninstall
     * @param waiting receives the process that is waited for
     */
    public LockFile.Held lock(String operation, Consumer<LockFile.Holder> waiting) {
        return records.lock().acquire(operation, LOCK_LIMIT, waiting);
    }

    /**
     * Rolls back a transaction whose process died.
     *
     * @return the changes that could not be rolled back
     * @throws dev.aiserver.host.UserError if the connection to the host is lost; the journal there lists what is left
     */
    public List<Rollback.Failure> undo(Journal journal) {
        return new Rollback(machine, records).undo(journal);
    }

    /** @param progress receives each change after it was made */
    public Applier applier(Interruption interruption, Consumer<Change> progress) {
        return applier(interruption, progress, () -> {});
    }

    /**
     * @param finalCheck checks the result before the commit; a {@link dev.aiserver.host.UserError} from it rolls everything
     *     back
     */
    public Applier applier(Interruption interruption, Consumer<Change> progress, Runnable finalCheck) {
        return new Applier(machine, records, interruption, progress, finalCheck);
    }
}
