package dev.aiserver.plan;

/**
 * Changes that are made all or not at all.
 *
 * @param operation what the person called it: install, uninstall
 * @param before the receipt of earlier changes
 * @param after the receipt when all of it has been made
 */
public record Transaction(String operation, Plan plan, Receipt before, Receipt after) {

    /** Brings an installation to what it shall be. */
    public static Transaction install(Plan plan, Receipt before, Receipt header) {
        return new Transaction("install", plan, before, before.with(plan).from(header));
    }

    /** Takes an installation back; what the plan does not name is no longer known afterwards. */
    public static Transaction uninstall(Plan plan, Receipt before) {
        return new Transaction("uninstall", plan, before, before.withoutEntries());
    }
}
