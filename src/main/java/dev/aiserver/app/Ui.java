package dev.aiserver.app;

import dev.aiserver.models.WarmEvent;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.verify.Verdict;
import java.util.List;
import java.util.Optional;

/** Represents the user of a use case: asks them, and tells them what happens. */
public interface Ui {

    /** Returns whether questions wait for a person, so that the host can change until the answer. */
    boolean prompts();

    /**
     * Returns whether to make the changes of a plan.
     *
     * @throws dev.aiserver.host.UserError if they must be confirmed, and there is no terminal for the question
     */
    boolean confirm(Plan plan);

    /**
     * Returns what to do with the files that were edited locally; empty to make no changes.
     *
     * @throws dev.aiserver.host.UserError if it must be decided, and there is no terminal for the question
     */
    Optional<LocalEdit.Policy> decide(PlannedInstall planned);

    /**
     * Returns whether an uninstall restores services that other machines could then reach.
     *
     * @param exposed each of these services with its addresses
     * @throws dev.aiserver.host.UserError if it must be decided, and there is no terminal for the question
     */
    boolean restore(List<String> exposed);

    /** Receives what happens, in order. */
    void event(Event event);

    /** Receives each verdict of a verification as soon as it is known. */
    default void checked(Verdict verdict) {}

    /** Receives the progress of downloads and loads, one event at a time. */
    default void warming(WarmEvent event) {}

    /**
     * Ends {@link #warming}.
     *
     * @param interrupted whether you interrupted it
     */
    default void warmed(boolean interrupted) {}
}
