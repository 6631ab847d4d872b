package dev.aiserver.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published JSON Schema is current, and agrees with {@link SpecReader}. */
class ConfigurationSchemaTest {
    private static final Path PUBLISHED = Path.of("src/site/resources/aiserver.schema.json");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT, SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final YAMLMapper YAML = YAMLMapper.builder().build();

    /** The errors that a schema can see too: unknown keys, wrong types, and values that are not one of a few or not in a range. */
    private static final Pattern SHAPE = Pattern.compile("is not a known key|must be (?:a single value|a list|keys and)"
            + "|needs the key host|is not (?:a mode|an endpoint set|a boolean|a size in MiB|an origin|an IPv4)"
            + "|is not a valid (?:host|model) name|use a port from|is empty|the absolute path");

    /** YAML takes {@code 0x2CAA} for a number and {@code yes} for a boolean, so a schema never sees how they are spelled. */
    private static final Set<String> ONLY_THE_READER_REJECTS =
            Set.of("port-hexadecimal.yaml", "warm-at-login-neither.yaml");

    @Test
    void isCurrent() throws IOException {
        String generated = JSON.writeValueAsString(ConfigurationSchema.document()) + "\n";
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PUBLISHED, generated);
        }
        assertThat(Files.readString(PUBLISHED))
                .as("what the table of keys says now; -Dgolden.update=true writes it")
                .isEqualTo(generated);
    }

    @Test
    void isAValidSchema() throws IOException {
        JsonSchema meta =
                JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(SchemaLocation.of(VersionFlag.V7.getId()));
        assertThat(meta.validate(JSON.readTree(Files.readString(PUBLISHED)))).isEmpty();
    }

    /** The errors of YAML itself are not the schema's. */
    static Stream<Path> cases() throws IOException {
        try (Stream<Path> cases = Files.list(Path.of("src/test/resources/spec"));
                Stream<Path> examples = Files.list(Path.of("examples"))) {
            return Stream.concat(cases, examples)
                    .filter(file -> !file.getFileName().toString().startsWith("yaml-"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTheReader(Path file) throws IOException {
        String text = Files.readString(file);
        String first = text.lines().findFirst().orElse("");
        boolean valid = !first.startsWith("#= ") || first.startsWith("#= {");
        Set<ValidationMessage> problems = problems(text);
        if (valid) {
            assertThat(problems).isEmpty();
        } else if (SHAPE.matcher(first).find()
                && !ONLY_THE_READER_REJECTS.contains(file.getFileName().toString())) {
            assertThat(problems).isNotEmpty();
        }
    }

    private static Set<ValidationMessage> problems(String text) throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(Files.readString(PUBLISHED));
        JsonNode document = YAML.readTree(text);
        return schema.validate(document.isMissingNode() ? NullNode.getInstance() : document);
    }
}
