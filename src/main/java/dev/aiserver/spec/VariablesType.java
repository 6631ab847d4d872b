package dev.aiserver.spec;

import java.util.LinkedHashMap;
import java.util.Map;

/** Environment variables: any names, each with a single value. {@link SpecRules} knows which are valid. */
record VariablesType() implements ValueType<Map<String, String>> {

    @Override
    public String words() {
        return "variables";
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("type", "object", "additionalProperties", Map.of("type", TextType.ANY_SCALAR));
    }

    @Override
    public Object write(Map<String, String> variables) {
        return variables;
    }

    @Override
    public Map<String, String> read(YamlValue value) {
        Map<String, String> variables = new LinkedHashMap<>();
        values(value).forEach((name, each) -> variables.put(name, each.text()));
        return variables;
    }

    /** Returns the variables with their positions. */
    static Map<String, YamlValue> values(YamlValue value) {
        return value.entries("OLLAMA_KEEP_ALIVE: \"24h\"");
    }
}
