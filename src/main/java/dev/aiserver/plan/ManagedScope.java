package dev.aiserver.plan;

/** Knows what this program can change at all: a record that names anything else was not written by it. */
@FunctionalInterface
public interface ManagedScope {

    /**
     * Whether an installation can make this change.
     *
     * @param receipt whose configuration belongs to it
     */
    boolean covers(Receipt receipt, Change change);
}
