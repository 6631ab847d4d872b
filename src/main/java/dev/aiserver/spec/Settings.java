package dev.aiserver.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values that a file has for one configuration, and the configuration that it builds on.
 *
 * @param given the file's values and sections, by path
 * @param base where the values of the other keys come from: the common configuration of a host, or empty for the defaults
 */
record Settings(Map<String, YamlValue> given, Optional<ServerSpec> base) {

    Settings {
        given = Map.copyOf(given);
    }

    /** Returns the values in a section and the sections below it. Each key has to be in the table. */
    static Settings of(YamlValue section, Optional<ServerSpec> base) {
        Map<String, YamlValue> given = new HashMap<>();
        collect(
                section,
                "",
                section.name().isEmpty() ? ConfigurationKeys.in("") : ConfigurationKeys.ofOneHost(),
                given);
        return new Settings(given, base);
    }

    private static void collect(YamlValue section, String path, List<String> known, Map<String, YamlValue> given) {
        section.entries(known).forEach((key, entry) -> {
            String full = YamlValue.dotted(path, key);
            YamlValue value = entry.named(full);
            given.put(full, value);
            if (!ConfigurationKeys.in(full).isEmpty()) {
                collect(value, full, ConfigurationKeys.in(full), given);
            }
        });
    }

    boolean has(ConfigurationKey<?> key) {
        return at(key).isPresent();
    }

    Optional<YamlValue> at(ConfigurationKey<?> key) {
        return at(key.path());
    }

    /** @param path of a key or a section */
    Optional<YamlValue> at(String path) {
        return Optional.ofNullable(given.get(path));
    }

    /** Returns the file's value, or else that of the base. */
    <T> T get(ConfigurationKey<T> key) {
        return at(key).map(key.type()::read).orElseGet(() -> inherited(key));
    }

    /** Returns the file's value, or else the default, whatever the base has. */
    <T> T own(ConfigurationKey<T> key) {
        return at(key).map(key.type()::read).orElse(key.defaultValue());
    }

    /** Returns the value of the base, whatever the file has. */
    <T> T inherited(ConfigurationKey<T> key) {
        return base.map(key.of()).orElse(key.defaultValue());
    }
}
