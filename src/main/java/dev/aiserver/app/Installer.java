package dev.aiserver.app;

import dev.aiserver.plan.Applier;
import dev.aiserver.plan.Interruption;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.LockFile;
import dev.aiserver.plan.Rollback;
import dev.aiserver.server.Install;
import dev.aiserver.server.Install.InstallRequest;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.server.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Carries out an install: plans, asks, locks the installation, plans again, rolls back what an earlier transaction left,
 * makes the changes if the plan is still the one that was confirmed, and verifies the server.
 */
public final class Installer {
    private final Install install;
    private final Verification verification;
    private final Supplier<Interruption> interruptions;

    /** @param interruptions opens a handle, while which a signal interrupts the calling thread */
    public Installer(Install install, Verification verification, Supplier<Interruption> interruptions) {
        this.install = install;
        this.verification = verification;
        this.interruptions = interruptions;
    }

    /**
     * Plans the installation; changes nothing.
     *
     * @throws dev.aiserver.host.UserError if the host is not suitable, or if a new file is not valid
     */
    public PlannedInstall plan(InstallRequest request) {
        return install.plan(request);
    }

    /**
     * Installs the server, or updates it.
     *
     * @throws dev.aiserver.host.UserError if it could not be carried out; then nothing was changed
     */
    public InstallResult run(InstallRequest request, Ui ui) {
        return run(request, planned -> {}, ui);
    }

    /** @param approval throws an error if a plan must not be carried out, or even shown */
    public InstallResult run(InstallRequest original, Consumer<PlannedInstall> approval, Ui ui) {
        InstallRequest request = original;
        while (true) {
            PlannedInstall shown = install.plan(request);
            approval.accept(shown);
            if (shown.changesNothing()) {
                ui.event(new Event.Verifying(false, shown.outdated()));
                return new InstallResult.Unchanged(shown, verification.answers(shown));
            }
            if (shown.needsEditPolicy()) {
                Optional<LocalEdit.Policy> policy = ui.decide(shown);
                if (policy.isEmpty()) {
                    return new Declined();
                }
                request = request.withEdits(policy.get());
                continue;
            }
            ui.event(new Event.Planned(shown));
            if (!shown.plan().isEmpty() && !ui.confirm(shown.plan())) {
                return new Declined();
            }
            Optional<InstallResult> result = apply(request, shown, ui);
            if (result.isPresent()) {
                return result.get();
            }
            ui.event(new Event.PlanOutdated());
        }
    }

    /** Makes the changes. Returns empty if the plan that was shown is out of date. */
    private Optional<InstallResult> apply(InstallRequest request, PlannedInstall shown, Ui ui) {
        Applier.Result result;
        PlannedInstall current;
        List<LockFile.Holder> waitedFor = new ArrayList<>();
        try (LockFile.Held lock = install.lock(holder -> {
                    waitedFor.add(holder);
                    ui.event(new Event.Waiting(holder));
                });
                Interruption interruption = interruptions.get()) {
            // Without a prompt and without a wait for the lock, the plan is only a moment old.
            boolean recent = waitedFor.isEmpty() && !ui.prompts();
            current = recent ? install.confirm(request, shown) : install.plan(request, shown);
            if (current.unfinished().isPresent()) {
                if (shown.unfinished().isEmpty()) {
                    ui.event(new Event.RollingBack(current.unfinished().get()));
                }
                List<Rollback.Failure> failures =
                        install.undo(current.unfinished().get(), lock);
                if (!failures.isEmpty()) {
                    return Optional.of(ChangeFailure.RollbackIncomplete.ofUnfinished(failures));
                }
                current = install.plan(request, shown);
            }
            if (!current.isEquivalentTo(shown)) {
                return Optional.empty();
            }
            Set<String> missing = current.facts().missingPackages();
            if (!missing.isEmpty()) {
                ui.event(new Event.InstallingPackages(missing));
            }
            result = install.apply(
                    current,
                    lock,
                    interruption,
                    change -> ui.event(new Event.Done(change)),
                    verification::requireNoExposure);
        }
        Optional<ChangeFailure> failure = ChangeFailure.of(result, current.plan());
        return Optional.of(failure.isPresent() ? failure.get() : verified(current, ui));
    }

    private InstallResult verified(PlannedInstall planned, Ui ui) {
        ui.event(new Event.Verifying(true, planned.outdated()));
        return planned.plan().isEmpty()
                ? new InstallResult.Unchanged(planned, verification.all(planned))
                : new InstallResult.Installed(planned, verification.all(planned));
    }
}
