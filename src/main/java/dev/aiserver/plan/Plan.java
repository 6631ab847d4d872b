package dev.aiserver.plan;

import dev.aiserver.resource.Contents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * All changes in order: deletions by falling rank, then all other changes by rising rank. So a job stops before its files
 * are deleted, and its files exist before it starts. A rollback orders the inverse changes by this rule too; it never
 * reverses the list.
 */
public record Plan(List<Change> changes, List<DesiredResource> unchanged, Contents contents) {

    public static Plan of(Collection<Change> changes, Contents contents) {
        return of(changes, List.of(), contents);
    }

    /** @param unchanged the resources that already have their desired state */
    public static Plan of(Collection<Change> changes, List<DesiredResource> unchanged, Contents contents) {
        Comparator<Change> byRank =
                Comparator.comparingInt(change -> change.resource().rank());
        List<Change> ordered = new ArrayList<>();
        changes.stream().filter(Change::deletes).sorted(byRank.reversed()).forEach(ordered::add);
        changes.stream().filter(change -> !change.deletes()).sorted(byRank).forEach(ordered::add);
        return new Plan(List.copyOf(ordered), List.copyOf(unchanged), contents);
    }

    /** Returns the part of the plan that a rollback and an uninstall undo. */
    public Plan reversible() {
        return of(
                changes.stream()
                        .filter(change -> change.resource().isReversible())
                        .toList(),
                unchanged,
                contents);
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }
}
