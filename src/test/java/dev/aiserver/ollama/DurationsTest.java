package dev.aiserver.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.value.GoDuration;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "90s, PT1M30S",
        "1h30m, PT1H30M",
        "1.5h, PT1H30M",
        ".5s, PT0.5S",
        "250ms, PT0.25S",
        "-1m, PT-1M",
        "+2s, PT2S",
        "3us, PT0.000003S",
        "3µs, PT0.000003S"
    })
    void parsesGoDurations(String text, Duration duration) {
        assertThat(GoDuration.parse(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "5", "5x", "s", "1 h", "1h 5m", "1.2.3s", "9999999999h", "forever"})
    void rejectsInvalidDurations(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -1  | true  | {"keep_alive":-1}
            -1m | true  | {"keep_alive":"-1m"}
            600 | false | {"keep_alive":600}
            24h | false | {"keep_alive":"24h"}
            """)
    void sendsNumbersAsNumbersAndDurationsAsText(String text, boolean forever, String body) {
        KeepAlive keepAlive = KeepAlive.parse(text).orElseThrow();
        assertThat(keepAlive.isForever()).isEqualTo(forever);
        ObjectNode sent = JsonNodeFactory.instance.objectNode();
        keepAlive.putInto(sent);
        assertThat(sent).hasToString(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0s", "-0", "forever", "1d", "\"-1\""})
    void rejectsKeepAliveValuesThatWouldUnloadAtOnce(String text) {
        assertThat(KeepAlive.parse(text)).isEqualTo(Optional.empty());
    }
}
