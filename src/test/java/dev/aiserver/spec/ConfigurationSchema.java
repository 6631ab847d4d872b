package dev.aiserver.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Generates the JSON Schema of a configuration from the table of its keys. */
final class ConfigurationSchema {
    private ConfigurationSchema() {}

    static Map<String, Object> document() {
        Map<String, Object> schema = section("");
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", "Configuration of aiserver");
        // An empty file means the defaults.
        schema.put("type", List.of("object", "null"));
        return schema;
    }

    /** Returns the schema of a section, or of the whole configuration for an empty path. */
    private static Map<String, Object> section(String path) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (String name : ConfigurationKeys.in(path)) {
            String full = YamlValue.dotted(path, name);
            properties.put(
                    name,
                    ConfigurationKeys.all().stream()
                            .filter(key -> key.path().equals(full))
                            .findFirst()
                            .map(ConfigurationSchema::key)
                            .orElseGet(() -> section(full)));
        }
        return object(properties);
    }

    private static Map<String, Object> object(Map<String, Object> properties) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("additionalProperties", false);
        return schema;
    }

    private static Map<String, Object> key(ConfigurationKey<?> key) {
        Map<String, Object> schema = new LinkedHashMap<>(key.type().schema());
        schema.put("description", key.description());
        schema.put("examples", List.of(key.writtenExample()));
        if (!key.writtenDefault().equals("")) {
            schema.put("default", key.writtenDefault());
        }
        if (key.equals(ConfigurationKeys.HOSTS)) {
            schema.put("items", Map.of("anyOf", List.of(Map.of("type", "string"), host())));
        }
        return schema;
    }

    /** Returns the schema of a host with keys of its own: those of the configuration, and its name. */
    private static Map<String, Object> host() {
        Map<String, Object> properties = new LinkedHashMap<>();
        ConfigurationKeys.ofOneHost().forEach(name -> properties.put(name, Map.of("$ref", "#/properties/" + name)));
        properties.put("host", Map.of("type", "string"));
        Map<String, Object> schema = object(properties);
        schema.put("required", List.of("host"));
        return schema;
    }
}
