package dev.aiserver.spec;

import java.util.List;
import java.util.Map;

/** A YAML value with its position in the file, for error messages. */
sealed interface YamlNode {

    Place place();

    /** Line and column, both from 1. */
    record Place(int line, int column) {}

    record Scalar(String text, Place place) implements YamlNode {}

    record Sequence(List<YamlNode> items, Place place) implements YamlNode {}

    record Mapping(Map<String, Entry> entries, Place place) implements YamlNode {}

    record Entry(Place keyPlace, YamlNode value) {}

    record Nothing(Place place) implements YamlNode {}
}
