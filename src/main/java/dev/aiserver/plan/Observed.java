package dev.aiserver.plan;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Content;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.resource.Observation;
import dev.aiserver.resource.ObservedHost;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The actual states of resources on a host. A state that could not be determined is an error where it is used. */
public record Observed(Map<Resource, Attempt<Observation>> observations) implements Function<Resource, State> {

    public Observed {
        observations = Map.copyOf(observations);
    }

    /**
     * Asks for the states.
     *
     * @param receipt of the transactions so far
     */
    public static Query<Observed> query(Collection<Resource> resources, HostIdentity identity, Receipt receipt) {
        ObservedHost host = new ObservedHost(identity, receipt::recorded);
        return Query.byKey(
                        resources, (Resource resource) -> resource.query(host).attempt())
                .map(Observed::new);
    }

    /** @throws dev.aiserver.host.UserError if the state could not be determined */
    @Override
    public State apply(Resource resource) {
        Attempt<Observation> observation = observations.get(resource);
        if (observation == null) {
            throw new IllegalStateException("not observed: " + resource.id());
        }
        return observation.get().state();
    }

    /** Returns the contents of the files. */
    public List<Content> contents() {
        return observations.values().stream()
                .flatMap(observation -> observation.value().stream())
                .map(Observation::content)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Returns those of these resources that were not asked for. */
    public List<Resource> missing(Collection<Resource> resources) {
        return resources.stream()
                .filter(resource -> !observations.containsKey(resource))
                .toList();
    }

    public Observed and(Observed others) {
        Map<Resource, Attempt<Observation>> both = new HashMap<>(observations);
        both.putAll(others.observations);
        return new Observed(both);
    }
}
