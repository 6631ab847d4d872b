package dev.aiserver.plan;

import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.LinkedHashMap;
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

    /** 1 was that of version 0.1.0. */
    public static final int SCHEMA = 2;

    /**
     * One changed resource.
     *
     * @param before its state when this program first touched it
     * @param after the state that it was last brought to
     */
    public record Entry(Resource resource, State before, State after) {}

    public Receipt {
        entries = List.copyOf(entries);
    }

    public static Receipt empty(String version, Map<String, Object> configuration, String address, List<String> names) {
        return new Receipt(SCHEMA, version, configuration, address, names, List.of());
    }

    /** Why a record that names this cannot be used. */
    static String isForeign(String name) {
        return "it names " + name + " in a way in which aiserver never changes it";
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** All that it speaks of. */
    public List<Resource> resources() {
        return entries.stream().map(Entry::resource).toList();
    }

    public Optional<Entry> entry(Resource resource) {
        return entries.stream()
                .filter(entry -> entry.resource().id().equals(resource.id()))
                .findFirst();
    }

    /** The state that the program left the resource in, if it did. */
    public Optional<State> recorded(Resource resource) {
        return entry(resource).map(Entry::after);
    }

    /** When a plan has been carried out: the first "before" of a resource is kept for ever. */
    Receipt with(Plan plan) {
        Map<String, Entry> byId = new LinkedHashMap<>();
        entries.forEach(entry -> byId.put(entry.resource().id(), entry));
        for (DesiredResource target : plan.unchanged()) {
            entry(target.resource())
                    .ifPresent(known -> byId.put(
                            target.resource().id(), new Entry(target.resource(), known.before(), target.state())));
        }
        for (Change change : plan.changes()) {
            if (change.resource().isReversible()) {
                State first = entry(change.resource()).map(Entry::before).orElse(change.before());
                byId.put(change.resource().id(), new Entry(change.resource(), first, change.after()));
            }
        }
        // A resource that is as it was found needs no entry any more.
        byId.values().removeIf(entry -> entry.before().equals(entry.after()));
        return new Receipt(schema, version, configuration, address, hostNames, List.copyOf(byId.values()));
    }

    Receipt withoutEntries() {
        return new Receipt(schema, version, configuration, address, hostNames, List.of());
    }

    /** The same changes, said to come from this version, configuration and address. */
    public Receipt from(Receipt newer) {
        return new Receipt(SCHEMA, newer.version, newer.configuration, newer.address, newer.hostNames, entries);
    }
}
