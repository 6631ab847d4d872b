package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules that join several keys, and those of the environment.
 *
 * @param isRecord whether the configuration is that of a receipt. It may be older than a rule, so only what would break a
 *     promise is checked there: otherwise an existing installation could not be uninstalled
 */
record SpecRules(boolean isRecord) {

    /** @throws UserError of kind CONFIGURATION, with file, line and column */
    void check(Settings settings) {
        settings.at("network").ifPresent(section -> network(settings, section));
        if (!isRecord) {
            settings.at("proxy").ifPresent(section -> proxy(settings, section));
        }
        environment(settings);
    }

    private void network(Settings settings, YamlValue section) {
        YamlValue mode = settings.at(ConfigurationKeys.NETWORK_MODE)
                .orElseThrow(() -> section.errorAtKey("network.mode is missing; use tailscale or address"));
        if (!settings.own(ConfigurationKeys.NETWORK_MODE).equals("address")) {
            String only = "is only valid with mode: address; remove it or change the mode";
            reject(settings, ConfigurationKeys.NETWORK_ADDRESS, only);
            reject(settings, ConfigurationKeys.NETWORK_CLIENTS, only);
            return;
        }
        YamlValue address = settings.at(ConfigurationKeys.NETWORK_ADDRESS)
                .orElseThrow(() -> mode.error("network.address is missing; with mode: address, set it to this machine's"
                        + " IPv4 address in the VPN or local network, such as 192.168.250.20"));
        String text = settings.own(ConfigurationKeys.NETWORK_ADDRESS);
        // The clients of a public address have public addresses too, and the default ranges exclude them all.
        if (!isRecord
                && !settings.has(ConfigurationKeys.NETWORK_CLIENTS)
                && Network.Address.PRIVATE.stream().noneMatch(range -> range.contains(text))) {
            throw address.errorAtKey(
                    "network.address: " + text + " is a public address; set network.clients to the address"
                            + " ranges that may connect, such as [203.0.113.0/24]");
        }
    }

    private static void proxy(Settings settings, YamlValue section) {
        Set<EndpointSet> sets = Set.copyOf(settings.get(ConfigurationKeys.PROXY_ENDPOINTS));
        if (sets.equals(Set.of(EndpointSet.BROWSER))) {
            throw settings.at(ConfigurationKeys.PROXY_ENDPOINTS)
                    .orElse(section)
                    .errorAtKey("proxy.endpoints: the set browser alone opens nothing; use [strict, browser]");
        }
        if (!sets.contains(EndpointSet.BROWSER)) {
            String only = "is only valid with the endpoint set browser; add browser to proxy.endpoints";
            reject(settings, ConfigurationKeys.PROXY_ORIGINS, only);
            reject(settings, ConfigurationKeys.PROXY_ANY_ORIGIN, only);
            return;
        }
        boolean any = settings.get(ConfigurationKeys.PROXY_ANY_ORIGIN);
        if (settings.get(ConfigurationKeys.PROXY_ORIGINS).isEmpty() != any) {
            throw section.errorAtKey(
                    any
                            ? "proxy.any-origin accepts every web page, so proxy.origins has no effect; "
                                    + "remove one of them"
                            : "proxy.endpoints: the set browser needs proxy.origins, the web pages that may send "
                                    + "requests, such as [https://chat.example.com]");
        }
    }

    private static void reject(Settings settings, ConfigurationKey<?> key, String why) {
        settings.at(key).ifPresent(value -> {
            throw value.errorAtKey(key.path() + " " + why);
        });
    }

    private void environment(Settings settings) {
        Map<String, YamlValue> checked = variables(settings, ConfigurationKeys.OLLAMA_ENVIRONMENT);
        Map<String, YamlValue> unchecked = variables(settings, ConfigurationKeys.OLLAMA_UNSAFE_ENVIRONMENT);
        checked.forEach((name, value) -> {
            String shown = "ollama.environment." + YamlValue.printable(name);
            reject(
                    value,
                    isRecord
                            ? OllamaVariables.fixedProblem(shown, name)
                            : OllamaVariables.problem(shown, name, value.text()));
        });
        unchecked.forEach((name, value) -> {
            String shown = "ollama.unsafe-environment." + YamlValue.printable(name);
            reject(
                    value,
                    checked.containsKey(name)
                            ? Optional.of(shown + " is also set in ollama.environment; remove one of them")
                            : isRecord
                                    ? OllamaVariables.fixedProblem(shown, name)
                                    : OllamaVariables.unsafeProblem(shown, name, value.text()));
        });
    }

    private static Map<String, YamlValue> variables(Settings settings, ConfigurationKey<?> key) {
        return settings.at(key).map(VariablesType::values).orElse(Map.of());
    }

    private static void reject(YamlValue value, Optional<String> problem) {
        problem.ifPresent(sentence -> {
            throw value.error(sentence);
        });
    }
}
