package dev.aiserver.spec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.aiserver.host.Trouble;
import dev.aiserver.spec.YamlNode.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads YAML (and so JSON) into nodes that know their place. */
final class YamlParser {
    private final String file;
    private final JsonParser parser;

    private YamlParser(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** @throws Trouble of configuration, with file, line and column, when it is no YAML */
    static YamlNode parse(String file, String text) {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            YamlParser yaml = new YamlParser(file, parser);
            JsonToken first = parser.nextToken();
            YamlNode root = first == null ? new YamlNode.Nothing(new Place(1, 1)) : yaml.value(first);
            if (parser.nextToken() != null) {
                throw yaml.trouble(yaml.place(), "a second document starts here; a configuration is one document");
            }
            return root;
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            Place place = location == null
                    ? new Place(1, 1)
                    : new Place(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
            String reason = e.getOriginalMessage().lines().findFirst().orElse("it cannot be read");
            throw trouble(file, place, "this is no YAML: " + reason);
        } catch (IOException e) {
            throw new IllegalStateException("text in memory cannot fail to be read", e);
        }
    }

    static Trouble trouble(String file, Place place, String sentence) {
        return new Trouble(
                Trouble.Kind.CONFIGURATION, file + ":" + place.line() + ":" + place.column() + ": " + sentence + ".");
    }

    private Trouble trouble(Place place, String sentence) {
        return trouble(file, place, sentence);
    }

    private Place place() {
        JsonLocation location = parser.currentTokenLocation();
        return new Place(location.getLineNr(), location.getColumnNr());
    }

    private YamlNode value(@Nullable JsonToken token) throws IOException {
        Place place = place();
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
                throw trouble(keyPlace, "the key \"" + key + "\" stands here a second time");
            }
        }
        return entries;
    }
}
