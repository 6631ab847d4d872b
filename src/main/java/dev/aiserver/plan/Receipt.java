package dev.aiserver.plan;

import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The record of what aiserver has changed on a host and of the state before. It is all that an uninstall needs.
 *
 * @param schema the file's schema version
 * @param version the aiserver version that last wrote it
 * @param configuration the {@link dev.aiserver.spec.ServerSpec} in the form that its reader parses
 * @param address the address on which the proxy listens
 * @param hostNames the host names that the proxy accepts
 */
public record Receipt(
        int schema,
        String version,
        Map<String, Object> configuration,
        String address,
        List<String> hostNames,
        List<Entry> entries) {

    /** Version 0.1.0 wrote schema 1. */
    public static final int SCHEMA = 2;

    /**
     * One changed resource.
     *
     * @param before the state before aiserver's first change
     * @param after the state after aiserver's last change
     */
    public record Entry(Resource resource, State before, State after) {}

    public Receipt {
        entries = List.copyOf(entries);
    }

    /** The receipt of a host on which nothing was installed. */
    public static final Receipt NONE = empty("", Map.of(), "", List.of());

    public static Receipt empty(String version, Map<String, Object> configuration, String address, List<String> names) {
        return new Receipt(SCHEMA, version, configuration, address, names, List.of());
    }

    /** Returns why a receipt or journal with this resource cannot be used. */
    static String unmanaged(String name) {
        return "it names a change to " + name + " that aiserver never makes";
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Returns all resources of the receipt. */
    public List<Resource> resources() {
        return entries.stream().map(Entry::resource).toList();
    }

    public Optional<Entry> entry(Resource resource) {
        return entries.stream()
                .filter(entry -> entry.resource().id().equals(resource.id()))
                .findFirst();
    }

    /** Returns the state in which aiserver left a resource, or empty if it did not change it. */
    public Optional<State> recorded(Resource resource) {
        return entry(resource).map(Entry::after);
    }

    /** Returns the receipt after a plan. A resource keeps its first "before" state through all later plans. */
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
        // A resource that is back in its original state needs no entry.
        byId.values().removeIf(entry -> entry.before().equals(entry.after()));
        return new Receipt(schema, version, configuration, address, hostNames, List.copyOf(byId.values()));
    }

    Receipt withoutEntries() {
        return new Receipt(schema, version, configuration, address, hostNames, List.of());
    }

    /** Returns these entries with the version, configuration and address of another receipt. */
    public Receipt from(Receipt newer) {
        return new Receipt(SCHEMA, newer.version, newer.configuration, newer.address, newer.hostNames, entries);
    }
}
