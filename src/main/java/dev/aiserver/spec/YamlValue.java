package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A value in a configuration file. All errors are of kind CONFIGURATION and start with file, line and column.
 *
 * @param name what messages call it, such as {@code proxy.port}; empty for the whole configuration
 * @param key where its key starts; without a key, where the value starts
 */
record YamlValue(String file, String name, @Nullable Mark key, Node node) {
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final int MAX_SHOWN = 60;

    /** Returns the error at a place in a file; no place means its start. */
    static UserError error(String file, @Nullable Mark place, String sentence) {
        int line = place == null ? 1 : place.getLine() + 1;
        int column = place == null ? 1 : place.getColumn() + 1;
        return new UserError(UserError.Kind.CONFIGURATION, file + ":" + line + ":" + column + ": " + sentence + ".");
    }

    /** Returns a text on one line, without control characters and not too long for a message. */
    static String printable(String text) {
        String oneLine = CONTROL.matcher(text).replaceAll("?");
        return oneLine.length() > MAX_SHOWN ? oneLine.substring(0, MAX_SHOWN) + "…" : oneLine;
    }

    static String dotted(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Returns an error at the value. */
    UserError error(String sentence) {
        return error(file, node.getStartMark(), sentence);
    }

    /** Returns an error at the value's key. */
    UserError errorAtKey(String sentence) {
        return error(file, key, sentence);
    }

    YamlValue named(String other) {
        return new YamlValue(file, other, key, node);
    }

    boolean isNothing() {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    boolean isScalar() {
        return node instanceof ScalarNode && !isNothing();
    }

    /** Returns the text of a single value as it is written, whatever its YAML type. */
    String text() {
        if (!isScalar()) {
            throw error(name + " must be a single value");
        }
        return ((ScalarNode) node).getValue();
    }

    List<YamlValue> items() {
        if (!(node instanceof SequenceNode sequence)) {
            throw error(name + " must be a list, such as [ … ]");
        }
        return sequence.getValue().stream()
                .map(item -> new YamlValue(file, "each entry of " + name, item.getStartMark(), item))
                .toList();
    }

    /**
     * Returns the values of a mapping, by key and in the order of the file.
     *
     * @param example a valid entry, for the error message
     */
    Map<String, YamlValue> entries(String example) {
        if (!(node instanceof MappingNode mapping)) {
            throw error((name.isEmpty() ? "the configuration" : name) + " must be keys and values, such as " + example);
        }
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
            Node written = entry.getKeyNode();
            if (!(written instanceof ScalarNode scalar)) {
                throw error(file, written.getStartMark(), "this key is not a single value");
            }
            String key = scalar.getValue();
            YamlValue value = new YamlValue(file, dotted(name, key), written.getStartMark(), entry.getValueNode());
            if (entries.put(key, value) != null) {
                throw value.errorAtKey("the key \"" + printable(key) + "\" appears twice; remove one of them");
            }
        }
        return entries;
    }

    /** Returns the values of a section, all of whose keys are known. */
    Map<String, YamlValue> entries(List<String> known) {
        Map<String, YamlValue> entries = entries(known.get(0) + ": …");
        entries.forEach((key, value) -> {
            if (!known.contains(key)) {
                throw value.errorAtKey("\"" + printable(value.name()) + "\" is not a known key; "
                        + (name.isEmpty() ? "the top level" : name) + " has " + String.join(", ", known));
            }
        });
        return entries;
    }
}
