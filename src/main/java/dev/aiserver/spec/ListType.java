package dev.aiserver.spec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A list of single values. A value that is listed twice counts once.
 *
 * @param whenEmpty what is wrong with an empty list, as a phrase that follows the key's name; empty if it is valid
 */
record ListType<T>(String words, TextType<T> item, String whenEmpty) implements ValueType<List<T>> {

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new TreeMap<>(Map.of("type", "array", "items", item.schema()));
        if (!whenEmpty.isEmpty()) {
            schema.put("minItems", 1);
        }
        return schema;
    }

    @Override
    public Object write(List<T> values) {
        return values.stream().map(item::write).toList();
    }

    @Override
    public List<T> read(YamlValue value) {
        List<YamlValue> items = value.items();
        if (items.isEmpty() && !whenEmpty.isEmpty()) {
            throw value.errorAtKey(value.name() + " " + whenEmpty);
        }
        return items.stream()
                .map(each -> item.read(each, value.name()))
                .distinct()
                .toList();
    }
}
