package dev.aiserver.spec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.YamlNode.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Parses YAML, and so JSON, into nodes with their positions. */
final class YamlParser {
    private static final int MAX_DEPTH = 50;

    /** In characters. */
    private static final int MAX_LENGTH = 1 << 18;

    private final String file;
    private final YAMLParser parser;

    private YamlParser(String file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** @throws UserError of kind CONFIGURATION, with file, line and column, if the text is not valid YAML */
    static YamlNode parse(String file, String text) {
        if (text.length() > MAX_LENGTH) {
            throw error(
                    file,
                    new Place(1, 1),
                    "this file has " + text.length() + " characters, too many for a configuration");
        }
        try (YAMLParser parser = limited().createParser(text)) {
            YamlParser yaml = new YamlParser(file, parser);
            JsonToken first = parser.nextToken();
            YamlNode root = first == null ? new YamlNode.Nothing(new Place(1, 1)) : yaml.value(first);
            if (parser.nextToken() != null) {
                throw yaml.error(
                        yaml.place(), "a second YAML document starts here; write the configuration as one document");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw invalidYaml(file, e);
        } catch (IOException e) {
            throw new IllegalStateException("reading text from memory cannot fail", e);
        }
    }

    private static YAMLFactory limited() {
        return YAMLFactory.builder()
                .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(MAX_LENGTH)
                        .build())
                .build();
    }

    /** Takes the position from the underlying YAML parser if it can, because Jackson reports the previous token's. */
    private static UserError invalidYaml(String file, JsonProcessingException e) {
        JsonLocation before = e.getLocation();
        Place place = before == null ? new Place(1, 1) : new Place(before.getLineNr(), before.getColumnNr());
        String reason = e.getOriginalMessage();
        if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            place = new Place(
                    marked.getProblemMark().getLine() + 1,
                    marked.getProblemMark().getColumn() + 1);
            reason = String.valueOf(marked.getProblem());
        }
        return error(file, place, "this is not valid YAML: " + FirstLine.of(String.valueOf(reason)));
    }

    static UserError error(String file, Place place, String sentence) {
        return new UserError(
                UserError.Kind.CONFIGURATION, file + ":" + place.line() + ":" + place.column() + ": " + sentence + ".");
    }

    private UserError error(Place place, String sentence) {
        return error(file, place, sentence);
    }

    private Place place() {
        JsonLocation location = parser.currentTokenLocation();
        return new Place(location.getLineNr(), location.getColumnNr());
    }

    private YamlNode value(@Nullable JsonToken token) throws IOException {
        Place place = place();
        if (parser.isCurrentAlias()) {
            throw error(place, "the alias *" + parser.getText() + " is not supported; write the value itself here");
        }
        if (token == JsonToken.START_OBJECT) {
            return new YamlNode.Mapping(entries(), place);
        }
        if (token == JsonToken.START_ARRAY) {
            List<YamlNode> items = new ArrayList<>();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                items.add(value(next));
            }
            return new YamlNode.Sequence(items, place);
        }
        if (token == JsonToken.VALUE_NULL) {
            return new YamlNode.Nothing(place);
        }
        return new YamlNode.Scalar(parser.getText(), place);
    }

    private Map<String, YamlNode.Entry> entries() throws IOException {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            Place keyPlace = place();
            YamlNode.Entry entry = new YamlNode.Entry(keyPlace, value(parser.nextToken()));
            if (entries.put(key, entry) != null) {
                throw error(keyPlace, "the key \"" + key + "\" appears twice; remove one of them");
            }
        }
        return entries;
    }
}
