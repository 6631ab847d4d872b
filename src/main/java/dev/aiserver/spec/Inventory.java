package dev.aiserver.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The hosts in a configuration and the desired configuration of each.
 *
 * @param spec for hosts that the file does not name
 * @param hosts by SSH destination, in the order of the file
 */
public record Inventory(ServerSpec spec, Map<String, ServerSpec> hosts) {

    public Inventory {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    public ServerSpec of(String host) {
        return hosts.getOrDefault(host, spec);
    }

    public List<String> names() {
        return List.copyOf(hosts.keySet());
    }
}
