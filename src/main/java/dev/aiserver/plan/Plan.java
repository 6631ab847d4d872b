package dev.aiserver.plan;

import dev.aiserver.resource.Contents;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * All that will be changed, in order: deletions from the top rank down, then everything else from the lowest rank up.
 * So a job stops before its files go, and its files are there before it starts. Undoing a plan is a plan by the same
 * rule, never this one read backwards.
 */
public record Plan(List<Change> changes, List<DesiredResource> unchanged, Contents contents) {

    public static Plan of(Collection<Change> changes, Contents contents) {
        return of(changes, List.of(), contents);
    }

    /** @param unchanged what is as it shall be already */
    public static Plan of(Collection<Change> changes, List<DesiredResource> unchanged, Contents contents) {
        Comparator<Change> byRank =
                Comparator.comparingInt(change -> change.resource().rank());
        List<Change> ordered = new ArrayList<>();
        changes.stream().filter(Change::deletes).sorted(byRank.reversed()).forEach(ordered::add);
        changes.stream().filter(change -> !change.deletes()).sorted(byRank).forEach(ordered::add);
        return new Plan(List.copyOf(ordered), List.copyOf(unchanged), contents);
    }

    /** The part of it that this program takes back again. */
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
