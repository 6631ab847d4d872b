package dev.aiserver.spec;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import java.io.StringReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.Node;

/** Parses YAML, and so JSON, into the nodes of SnakeYAML, within limits. */
final class YamlDocument {
    private static final int MAX_DEPTH = 50;

    /** In characters. */
    private static final int MAX_LENGTH = 1 << 18;

    private YamlDocument() {}

    /**
     * Returns the document's value, or empty if the text has none.
     *
     * @throws UserError of kind CONFIGURATION, with file, line and column, if the text is not one valid YAML document
     */
    static Optional<YamlValue> parse(String file, String text) {
        if (text.length() > MAX_LENGTH) {
            throw YamlValue.error(
                    file, null, "this file has " + text.length() + " characters, too many for a configuration");
        }
        LoaderOptions options = new LoaderOptions();
        // The events are counted first, with a position in the error.
        options.setNestingDepthLimit(MAX_DEPTH + 2);
        Yaml yaml = new Yaml(options);
        try {
            requireLimits(file, yaml.parse(new StringReader(text)));
            Node root = yaml.compose(new StringReader(text));
            return Optional.ofNullable(root)
                    .map(node -> new YamlValue(file, "", node.getStartMark(), node))
                    .filter(value -> !value.isNothing());
        } catch (YAMLException e) {
            throw invalidYaml(file, e);
        }
    }

    /** Rejects what the nodes no longer show: aliases, a second document, and nesting that would exhaust the stack. */
    private static void requireLimits(String file, Iterable<Event> events) {
        int documents = 0;
        int depth = 0;
        for (Event event : events) {
            if (documents > 1) {
                throw YamlValue.error(
                        file,
                        event.getStartMark(),
                        "a second YAML document starts here; write the configuration as one document");
            }
            documents += event instanceof DocumentStartEvent ? 1 : 0;
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            if (depth > MAX_DEPTH) {
                throw YamlValue.error(
                        file, event.getStartMark(), "values are nested more than " + MAX_DEPTH + " levels deep here");
            }
            if (event instanceof AliasEvent alias) {
                throw YamlValue.error(
                        file,
                        event.getStartMark(),
                        "the alias *" + alias.getAnchor() + " is not supported; write the value itself here");
            }
        }
    }

    private static UserError invalidYaml(String file, YAMLException e) {
        @Nullable Mark place = e instanceof MarkedYAMLException marked ? marked.getProblemMark() : null;
        @Nullable String reason = e instanceof MarkedYAMLException marked ? marked.getProblem() : e.getMessage();
        return YamlValue.error(file, place, "this is not valid YAML: " + FirstLine.of(String.valueOf(reason)));
    }
}
