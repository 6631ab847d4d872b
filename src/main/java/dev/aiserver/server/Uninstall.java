package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.Journal;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Plan;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.Rollback;
import dev.aiserver.plan.StateStore;
import dev.aiserver.plan.Transaction;
import dev.aiserver.plan.Transactions;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.State;
import dev.aiserver.service.Launchd;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Uninstalls the server and restores what the installation changed. */
public final class Uninstall {
    private final Host host;
    private final Launchd launchd;
    private final Layout layout;
    private final StateStore records;
    private final Transactions transactions;

    public Uninstall(Host host, Launchd launchd, Layout layout, StateStore records) {
        this.host = host;
        this.launchd = launchd;
        this.layout = layout;
        this.records = records;
        this.transactions = new Transactions(host, launchd, records);
    }

    /**
     * An uninstall plan that is ready to be applied.
     *
     * @param unfinished a transaction whose process died; an uninstall is resumed, an install is rolled back first
     * @param fromReceipt whether the plan follows a receipt; otherwise it uses the labels and paths of the old shell scripts
     * @param damaged whether there is a receipt that cannot be read
     * @param exposed the existing services that would be restored and that other machines could then reach
     * @param kept a sentence about each file that stays, with the reason
     * @param logs the services' logs, which stay unless the user asks to delete them
     */
    public record PlannedUninstall(
            Plan plan,
            Receipt receipt,
            Optional<Journal> unfinished,
            boolean fromReceipt,
            boolean damaged,
            List<String> exposed,
            List<String> kept,
            List<Path> logs) {

        /** Returns whether this resumes an interrupted uninstall. */
        public boolean resumes() {
            return unfinished
                    .filter(journal -> journal.operation().equals("uninstall"))
                    .isPresent();
        }

        public boolean changesNothing() {
            return plan.isEmpty() && unfinished.isEmpty();
        }
    }

    /** Plans an uninstall that restores the existing services; changes nothing. */
    public PlannedUninstall plan() {
        return plan(true);
    }

    /**
     * Plans an uninstall; changes nothing.
     *
     * @param restores whether to restore the existing services; otherwise their files are kept as copies
     */
    public PlannedUninstall plan(boolean restores) {
        host.tools().requireSafe();
        return host.ask(new UninstallPlanner(host.facts(), layout, records).query(restores));
    }

    /**
     * Waits until no other process changes this installation, and locks it.
     *
     * @param waiting receives the process that is waited for
     */
    public LockFile.Held lock(Consumer<LockFile.Holder> waiting) {
        return transactions.lock("uninstall", waiting);
    }

    /** Rolls back an install whose process died, and returns the changes that could not be rolled back. */
    public List<Rollback.Failure> undo(Journal journal, LockFile.Held lock) {
        return transactions.undo(journal);
    }

    /** Makes all changes of the plan or none, and removes the receipt. */
    public Applier.Result apply(
            PlannedUninstall planned, LockFile.Held lock, Interruption interruption, Consumer<Change> progress) {
        if (planned.damaged()) {
            records.receipts().setAside();
        }
        Applier applier = transactions.applier(interruption, progress);
        return planned.resumes()
                ? applier.finish(planned.unfinished().orElseThrow())
                : applier.apply(Transaction.uninstall(planned.plan(), planned.receipt()));
    }

    /**
     * Deletes the services' logs for good, and the folders that were created for them if they are empty then.
     *
     * @throws UserError for the first log that cannot be deleted
     */
    public void purgeLogs(PlannedUninstall planned) {
        planned.logs().forEach(host::delete);
        planned.receipt().entries().stream()
                .filter(entry -> entry.before().equals(State.ABSENT))
                .map(Receipt.Entry::resource)
                .filter(Directory.class::isInstance)
                .map(resource -> ((Directory) resource).path())
                .filter(folder -> planned.logs().stream().anyMatch(log -> log.startsWith(folder)))
                .sorted(Comparator.comparingInt(folder -> -folder.getNameCount()))
                .forEach(host::delete);
    }
}
