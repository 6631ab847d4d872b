package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a configuration file. A key that is missing keeps its default. An invalid key or value is an error with file,
 * line, column and a valid example. {@link ConfigurationKeys} has the keys and their types; {@link SpecRules} has what
 * joins several keys.
 */
public final class SpecReader {
    private SpecReader() {}

    /**
     * Reads the configuration that applies to hosts the file does not name.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static ServerSpec read(String file, String text) {
        return inventory(file, text).spec();
    }

    /**
     * Reads the configuration in a receipt. It may be older than the rules for the environment, so these are not applied:
     * otherwise an existing installation could not be uninstalled.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static ServerSpec recorded(String file, String text) {
        return YamlDocument.parse(file, text)
                .map(root -> spec(OlderReceipt.upgraded(Settings.of(root, Optional.empty())), new SpecRules(true)))
                .orElseGet(ServerSpec::defaults);
    }

    /**
     * Reads the configuration with the hosts that it names.
     *
     * @param file the file's name in error messages
     * @throws UserError of kind CONFIGURATION
     */
    public static Inventory inventory(String file, String text) {
        return YamlDocument.parse(file, text)
                .map(root -> inventory(Settings.of(root, Optional.empty())))
                .orElseGet(() -> new Inventory(ServerSpec.defaults(), Map.of()));
    }

    private static Inventory inventory(Settings settings) {
        ServerSpec common = spec(settings, new SpecRules(false));
        return new Inventory(
                common,
                settings.at(ConfigurationKeys.HOSTS)
                        .map(list -> hosts(list, common))
                        .orElse(Map.of()));
    }

    private static Map<String, ServerSpec> hosts(YamlValue list, ServerSpec common) {
        Map<String, ServerSpec> hosts = new LinkedHashMap<>();
        for (YamlValue item : list.items()) {
            String name;
            ServerSpec spec;
            if (item.isScalar()) {
                name = item.text();
                spec = common;
            } else {
                Settings own = Settings.of(item.named("hosts[]"), Optional.of(common));
                name = own.at("host")
                        .orElseThrow(() ->
                                item.error("each entry of hosts needs the key host, such as host: ann@mac-studio"))
                        .text();
                spec = spec(own, new SpecRules(false));
            }
            if (hosts.put(name, spec) != null) {
                throw item.error("hosts: \"" + YamlValue.printable(name) + "\" appears twice; list each host once");
            }
        }
        return hosts;
    }

    private static ServerSpec spec(Settings settings, SpecRules rules) {
        rules.check(settings);
        return ServerSpec.of(settings);
    }
}
