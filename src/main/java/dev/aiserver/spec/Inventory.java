package dev.aiserver.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machines of a configuration and what each shall be.
 *
 * @param spec of a machine that is not named
 * @param hosts by where SSH finds them, in the order of the file
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
