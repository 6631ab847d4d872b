package dev.aiserver.plan;

/** Defines what aiserver can change at all. aiserver did not write a receipt or journal that names anything else. */
@FunctionalInterface
public interface ManagedScope {

    /**
     * Returns whether an installation can make this change.
     *
     * @param receipt the receipt with the installation's configuration
     */
    boolean covers(Receipt receipt, Change change);
}
