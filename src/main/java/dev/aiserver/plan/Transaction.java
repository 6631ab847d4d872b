package dev.aiserver.plan;

/**
 * A set of changes of which all or none are made.
 *
 * @param operation the command: install or uninstall
 * @param before the receipt before the changes
 * @param after the receipt after all changes
 */
public record Transaction(String operation, Plan plan, Receipt before, Receipt after) {

    /** Creates a transaction that brings an installation to its desired state. */
    public static Transaction install(Plan plan, Receipt before, Receipt header) {
        return new Transaction("install", plan, before, before.with(plan).from(header));
    }

    /** Creates a transaction that removes an installation. Resources outside the plan are no longer recorded afterwards. */
    public static Transaction uninstall(Plan plan, Receipt before) {
        return new Transaction("uninstall", plan, before, before.withoutEntries());
    }
}
