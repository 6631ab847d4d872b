package dev.aiserver.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.UserError;
import dev.aiserver.template.Golden;
import dev.aiserver.value.GoDuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads every configuration in a folder. The first line of each file has the expected result after {@code #=}: the
 * differences from the defaults, or the line, column and text of the error message.
 */
class SpecReaderTest {
    private static final Path FOLDER = Path.of("src/test/resources/spec");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theResultMatchesTheFirstLine(String file) throws IOException {
        String text = Files.readString(FOLDER.resolve(file));
        String expected = text.lines().findFirst().orElse("").replaceFirst("^#= ", "");
        if (expected.startsWith("{")) {
            Inventory inventory = SpecReader.inventory(file, text);
            ServerSpec spec = inventory.spec();
            assertThat(differences(inventory)).isEqualTo(JSON.readTree(expected));
            assertThat(SpecReader.read("again", JSON.writeValueAsString(spec.asConfiguration())))
                    .isEqualTo(spec);
        } else {
            UserError error = catchThrowableOfType(UserError.class, () -> SpecReader.read(file, text));
            Golden.compareFirstLine(
                    FOLDER.resolve(file), "#= ", error.sentence().replace(file + ":", ""));
            assertThat(error).hasMessageStartingWith(file + ":");
            assertThat(error.sentence()).doesNotContain("hunter2");
            assertThat(error.kind()).isEqualTo(UserError.Kind.CONFIGURATION);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "{}", "\uFEFF# of a Windows editor\r\n"})
    void anEmptyFileMeansTheDefaults(String text) {
        assertThat(SpecReader.read("empty.yaml", text)).isEqualTo(ServerSpec.defaults());
    }

    @Test
    void aReceiptMayContainASecret() {
        String older = "{\"ollama\":{\"environment\":{\"HF_TOKEN\":\"hunter2\",\"HTTPS_PROXY\":\"http://a:b@c\"}}}";
        assertThat(SpecReader.recorded("receipt.json", older).ollama().environment())
                .containsEntry("HF_TOKEN", "hunter2")
                .containsEntry("HTTPS_PROXY", "http://a:b@c");
        assertThatThrownBy(() -> SpecReader.recorded("receipt.json", "{\"ollama\":{\"environment\":{\"HOME\":\"/\"}}}"))
                .hasMessageContaining("HOME cannot be set");
    }

    /** Ollama checked origins before the proxy had its own list. Origins of single pages are kept. */
    @Test
    void originsOfAnOlderReceiptMoveToTheProxy() {
        String older = """
                {"proxy": {"endpoints": ["strict"%s]}, "ollama": {"environment": {
                  "OLLAMA_ORIGINS": "https://chat.example.com,http://*.home,*,moz-extension://*,app://obsidian.md"}}}""";
        ServerSpec spec = SpecReader.recorded("receipt.json", older.formatted(", \"browser\""));
        assertThat(spec.proxy().origins()).containsExactly("https://chat.example.com", "app://obsidian.md");
        assertThat(spec.proxy().anyOrigin()).isFalse();
        assertThat(spec.ollama()).isEqualTo(ServerSpec.defaults().ollama());
        assertThat(SpecReader.recorded("receipt.json", older.formatted("")).proxy())
                .isEqualTo(ServerSpec.defaults().proxy());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `[`        | 200000
            `{a: `     | 200000
            `[`        | 60
            `- `       | 60
            `a: b\n`   | 200000
            `# `       | 1000000
            `"`        | 1
            `&a [*a, ` | 20000
            """)
    void oversizedInputGetsAShortError(String piece, int times) {
        String text = piece.replace("\\n", "\n").repeat(times);
        assertThatThrownBy(() -> SpecReader.inventory("a.yaml", text))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("a.yaml:")
                .message()
                .hasLineCount(1)
                .hasSizeLessThan(700);
    }

    @Test
    void anOversizedDurationIsInvalid() {
        assertThat(GoDuration.parse("1s".repeat(200_000))).isEmpty();
        assertThat(GoDuration.parse("1".repeat(200_000) + "h")).isEmpty();
    }

    /** Returns the differences of each host from the common configuration, and of that from the defaults. */
    private static JsonNode differences(Inventory inventory) throws JsonProcessingException {
        Map<String, Object> all = differences(inventory.spec(), ServerSpec.defaults());
        if (!inventory.names().isEmpty()) {
            Map<String, Object> hosts = new TreeMap<>();
            inventory.names().forEach(name -> hosts.put(name, differences(inventory.of(name), inventory.spec())));
            all.put("hosts", hosts);
        }
        return JSON.readTree(JSON.writeValueAsString(all));
    }

    private static Map<String, Object> differences(ServerSpec spec, ServerSpec from) {
        Map<String, Object> configuration = new TreeMap<>(spec.asConfiguration());
        configuration.entrySet().removeAll(List.copyOf(from.asConfiguration().entrySet()));
        return configuration;
    }
}
