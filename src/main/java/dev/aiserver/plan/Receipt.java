package dev.aiserver.plan;

import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this program has changed on a host, and how it was before: all that an uninstall needs.
 *
 * @param schema of the file that it is kept in
 * @param version of the program that wrote it last
 * @param configuration the {@link dev.aiserver.spec.ServerSpec} in the form that its reader reads
 * @param address on which the proxy listens
 * @param hostNames that the proxy answers to
 */
public record Receipt(
        int schema,
        String version,
        Map<String, Object> configuration,
        String address,
        List<String> hostNames,
        List<Entry> entries) {

    public static final int SCHEMA = 1;

    /**
     * One changed resource.
     *
     * @param before its state when this program first touched it
     * @param after the state that it was last brought to, or is being brought to
     * @param done false while the change to {@code after} has begun and not ended
     */
    public record Entry(Resource resource, State before, State after, boolean done) {}

    public Receipt {
        entries = List.copyOf(entries);
    }

    public static Receipt empty(String version, Map<String, Object> configuration, String address, List<String> names) {
        return new Receipt(SCHEMA, version, configuration, address, names, List.of());
    }

    public Optional<Entry> entry(Resource resource) {
        return entries.stream()
                .filter(entry -> entry.resource().id().equals(resource.id()))
                .findFirst();
    }

    /** The state that the program left the resource in, if it did and the change is known to have ended. */
    public Optional<State> recorded(Resource resource) {
        return entry(resource).filter(Entry::done).map(Entry::after);
    }

    /** With the change begun: the first "before" of a resource is kept for ever. */
    Receipt begun(Change change) {
        State before = entry(change.resource()).map(Entry::before).orElse(change.before());
        return with(new Entry(change.resource(), before, change.after(), false));
    }

    /** With the change ended; a resource that is as it was found needs no entry any more. */
    Receipt ended(Change change) {
        Entry entry = entry(change.resource()).orElseThrow();
        return entry.before().equals(change.after())
                ? without(change.resource())
                : with(new Entry(change.resource(), entry.before(), change.after(), true));
    }

    private Receipt with(Entry entry) {
        List<Entry> more = new ArrayList<>(without(entry.resource()).entries());
        more.add(entry);
        return new Receipt(schema, version, configuration, address, hostNames, more);
    }

    Receipt without(Resource resource) {
        List<Entry> others = entries.stream()
                .filter(entry -> !entry.resource().id().equals(resource.id()))
                .toList();
        return new Receipt(schema, version, configuration, address, hostNames, others);
    }

    /** The same changes, said to come from this version, configuration and address. */
    public Receipt from(Receipt newer) {
        return new Receipt(SCHEMA, newer.version, newer.configuration, newer.address, newer.hostNames, entries);
    }
}
