package dev.aiserver.spec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationKeysTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TextType<Duration> TIME = TextType.duration(Duration.ofSeconds(1), Duration.ofMinutes(10));

    static List<ConfigurationKey<?>> keys() {
        return ConfigurationKeys.all();
    }

    @ParameterizedTest
    @MethodSource("keys")
    <T> void theDefaultAndTheExampleOfAKeyCanBeReadBack(ConfigurationKey<T> key) throws JsonProcessingException {
        assertThat(read(key.type(), key.writtenExample()))
                .isEqualTo(key.example())
                .isNotEqualTo(key.defaultValue());
        if (key != ConfigurationKeys.NETWORK_ADDRESS && key != ConfigurationKeys.HOSTS) {
            assertThat(key.of().apply(ServerSpec.defaults())).isEqualTo(key.defaultValue());
            assertThat(read(key.type(), key.writtenDefault())).isEqualTo(key.defaultValue());
        }
    }

    @ParameterizedTest
    @CsvSource({"30s, 30s", "1.5s, 1500ms", "1m30s, 90s", "10m, 600s"})
    void aDurationIsWrittenAsItCanBeRead(String text, String written) throws JsonProcessingException {
        assertThat(TIME.write(read(TIME, text))).isEqualTo(written);
        assertThat(read(TIME, written)).isEqualTo(read(TIME, text));
    }

    @ParameterizedTest
    @CsvSource({"30", "0s", "-1s", "11m", "1.0001s"})
    void aDurationOutOfItsRangeIsAnError(String text) {
        assertThatThrownBy(() -> read(TIME, text))
                .isInstanceOf(UserError.class)
                .hasMessage("a.yaml:1:8: key: \"" + text + "\" is not a duration from 1s to 600s; write one such as 30s"
                        + " or 5m.");
    }

    @Test
    void aVariableIsEitherCheckedOrNot() {
        Inventory inventory = SpecReader.inventory("a.yaml", """
                ollama: { environment: { OLLAMA_DEBUG: 1 }, unsafe-environment: { A: 1 } }
                hosts: [{ host: a, ollama: { unsafe-environment: { OLLAMA_DEBUG: 2 } } }]
                """);
        assertThat(inventory.of("a").ollama().environment()).isEqualTo(Map.of("A", "1", "OLLAMA_DEBUG", "2"));
        assertThat(inventory.of("a").ollama().unsafe()).containsExactly("A", "OLLAMA_DEBUG");
    }

    @Test
    void aHostWithANetworkOfItsOwnHasNothingOfTheCommonOne() {
        Inventory inventory = SpecReader.inventory("a.yaml", """
                network: { mode: address, address: 10.0.0.1, clients: [10.0.0.0/24] }
                hosts: [{ host: a, network: { mode: address, address: 10.0.0.2 } }, { host: b, models: [c] }]
                """);
        assertThat(inventory.of("a").network()).isEqualTo(new Network.Address("10.0.0.2"));
        assertThat(inventory.of("b").network()).isEqualTo(inventory.spec().network());
    }

    private static <T> T read(ValueType<T> type, Object written) throws JsonProcessingException {
        String text = JSON.writeValueAsString(Map.of("key", written));
        YamlValue root = YamlDocument.parse("a.yaml", text).orElseThrow();
        return type.read(requireNonNull(root.entries("key: …").get("key")));
    }
}
