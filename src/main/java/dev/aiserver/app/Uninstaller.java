package dev.aiserver.app;

import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Rollback;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Uninstall.PlannedUninstall;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Carries out an uninstall: plans, asks, locks the installation, plans again, rolls back what an earlier install left, and
 * makes the changes if the plan is still the one that was confirmed.
 */
public final class Uninstaller {
    private final Uninstall uninstall;
    private final Supplier<Interruption> interruptions;

    /** @param interruptions opens a handle, while which a signal interrupts the calling thread */
    public Uninstaller(Uninstall uninstall, Supplier<Interruption> interruptions) {
        this.uninstall = uninstall;
        this.interruptions = interruptions;
    }

    /**
     * A request to uninstall.
     *
     * @param restores whether to restore the existing services; if empty, they are restored unless you decide otherwise
     *     about those that other machines could then reach
     * @param purgesLogs whether to delete the logs
     */
    public record UninstallRequest(Optional<Boolean> restores, boolean purgesLogs) {}

    /** Plans an uninstall; changes nothing. */
    public PlannedUninstall plan(UninstallRequest request) {
        return uninstall.plan(request.restores().orElse(true));
    }

    /**
     * Plans an uninstall, and asks whether to restore services if the request leaves it open; changes nothing.
     *
     * @throws dev.aiserver.host.UserError if it must be decided, and there is no terminal for the question
     */
    public PlannedUninstall plan(UninstallRequest request, Ui ui) {
        return decide(request, ui).planned();
    }

    private record Decided(UninstallRequest request, PlannedUninstall planned) {}

    private Decided decide(UninstallRequest request, Ui ui) {
        PlannedUninstall planned = plan(request);
        if (request.restores().isPresent() || planned.exposed().isEmpty()) {
            return new Decided(request, planned);
        }
        UninstallRequest decided =
                new UninstallRequest(Optional.of(ui.restore(planned.exposed())), request.purgesLogs());
        return new Decided(decided, plan(decided));
    }

    /**
     * Uninstalls the server.
     *
     * @throws dev.aiserver.host.UserError if it could not be carried out; then nothing was changed
     */
    public UninstallResult run(UninstallRequest original, Ui ui) {
        UninstallRequest request = original;
        while (true) {
            Decided decided = decide(request, ui);
            request = decided.request();
            PlannedUninstall shown = decided.planned();
            boolean nothing = shown.changesNothing()
                    && !(request.purgesLogs() && !shown.logs().isEmpty());
            if (!nothing) {
                ui.event(new Event.RemovalPlanned(shown, request.purgesLogs()));
                if (!ui.confirm(shown.plan())) {
                    return new Declined();
                }
            }
            Optional<UninstallResult> result = apply(request, shown, ui);
            if (result.isPresent()) {
                return result.get();
            }
            ui.event(new Event.PlanOutdated());
        }
    }

    /** Makes the changes. Returns empty if the plan that was shown is out of date. */
    private Optional<UninstallResult> apply(UninstallRequest request, PlannedUninstall shown, Ui ui) {
        Applier.Result result;
        try (LockFile.Held lock = uninstall.lock(holder -> ui.event(new Event.Waiting(holder)));
                Interruption interruption = interruptions.get()) {
            PlannedUninstall current = plan(request);
            if (current.unfinished().isPresent() && !current.resumes()) {
                if (shown.unfinished().isEmpty()) {
                    ui.event(new Event.RollingBack(current.unfinished().get()));
                }
                List<Rollback.Failure> failures =
                        uninstall.undo(current.unfinished().get(), lock);
                if (!failures.isEmpty()) {
                    return Optional.of(ChangeFailure.RollbackIncomplete.ofUnfinished(failures));
                }
                current = plan(request);
            }
            if (!current.plan().changes().equals(shown.plan().changes())) {
                return Optional.empty();
            }
            if (current.resumes() && !shown.resumes()) {
                ui.event(new Event.Continuing());
            }
            result = uninstall.apply(current, lock, interruption, change -> ui.event(new Event.Done(change)));
        }
        Optional<ChangeFailure> failure = ChangeFailure.of(result, shown.plan());
        return Optional.of(failure.isPresent() ? failure.get() : purged(request, shown));
    }

    private UninstallResult purged(UninstallRequest request, PlannedUninstall planned) {
        if (request.purgesLogs()) {
            uninstall.purgeLogs(planned);
        }
        return new UninstallResult.Uninstalled(planned, request.purgesLogs());
    }
}
