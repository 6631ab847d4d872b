package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.ollama.go.ApiError;
import standin.ollama.go.KeepAliveDuration;
import standin.ollama.model.ModelReference;
import standin.ollama.model.OllamaSettings;

final class ParsersTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                    | 127.0.0.1:11434
            `  `                  | 127.0.0.1:11434
            "127.0.0.1:11435"     | 127.0.0.1:11435
            1.2.3.4               | 1.2.3.4:11434
            1.2.3.4:5678          | 1.2.3.4:5678
            127.0.0.1:66000       | 127.0.0.1:11434
            127.0.0.1:x           | 127.0.0.1:11434
            0.0.0.0               | [::]:11434
            0.0.0.0:1             | [::]:1
            :11434                | [::]:11434
            :66000                | [::]:11434
            :-1                   | [::]:11434
            [::1]                 | [0:0:0:0:0:0:0:1]:11434
            ::1                   | [0:0:0:0:0:0:0:1]:11434
            [::1]:5               | [0:0:0:0:0:0:0:1]:5
            http://1.2.3.4        | 1.2.3.4:80
            https://1.2.3.4/path  | 1.2.3.4:443
            http://1.2.3.4:9/path | 1.2.3.4:9
            127.0.0.1:0           | 127.0.0.1:0
            """)
    void ollamaHostIsParsedAsOllamaParsesIt(String value, String address) throws UnknownHostException {
        assertThat(ModelServer.text(ListenAddress.of(value))).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            30      | PT30S    | PT30S
            1.5     | PT1.5S   | PT5M
            0       | PT0S     | PT0S
            -1      | forever  | forever
            -0.5    | forever  | PT5M
            1e30    | forever  | PT5M
            "10m"   | PT10M    | PT10M
            "1h30m" | PT1H30M  | PT1H30M
            "1.5h"  | PT1H30M  | PT1H30M
            "250ms" | PT0.25S  | PT0.25S
            "-1m"   | forever  | forever
            "0"     | PT0S     | PT0S
            "-1"    | refused  | forever
            "10"    | refused  | PT10S
            "m"     | refused  | PT5M
            "1m x"  | refused  | PT5M
            ""      | refused  | PT5M
            true    | refused  | PT5M
            null    | absent   | PT5M
            """)
    void keepAliveIsParsedDifferentlyInARequestAndTheEnvironment(String json, String request, String environment) {
        assertThat(requested(json)).isEqualTo(request);
        Map<String, String> variables = Map.of("OLLAMA_KEEP_ALIVE", json);
        assertThat(text(OllamaSettings.of(variables).keepAlive())).isEqualTo(environment);
    }

    private static String requested(String json) {
        try {
            return KeepAliveDuration.ofRequest(Client.parse(json))
                    .map(ParsersTest::text)
                    .orElse("absent");
        } catch (ApiError e) {
            return e.status() == 400 ? "refused" : e.message();
        }
    }

    private static String text(Duration duration) {
        return duration.equals(KeepAliveDuration.FOREVER) ? "forever" : duration.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            qwen3                       | qwen3:latest         | registry.ollama.ai/library/qwen3:latest
            qwen3:8b                    | qwen3:8b             | registry.ollama.ai/library/qwen3:8b
            me/mine                     | me/mine:latest       | registry.ollama.ai/me/mine:latest
            hf.co/u/m:Q4                | hf.co/u/m:Q4         | hf.co/u/m:Q4
            localhost:5000/u/m          | localhost:5000/u/m:latest | localhost:5000/u/m:latest
            ``                          | none                 | none
            a b                         | none                 | none
            ..                          | none                 | none
            a/../b                      | none                 | none
            a/b/c/d                     | none                 | none
            x:                          | none                 | none
            """)
    void modelNamesAreCompleted(String text, String display, String full) {
        assertThat(ModelReference.parse(text).map(ModelReference::display).orElse("none"))
                .isEqualTo(display);
        assertThat(ModelReference.parse(text).map(ModelReference::full).orElse("none"))
                .isEqualTo(full);
    }

    @ParameterizedTest
    @CsvSource({"'',false", "0,false", "FALSE,false", "1,true", "true,true", "yes,true", "nonsense,true"})
    void anInvalidBooleanIsTrue(String value, boolean disabled) {
        assertThat(OllamaSettings.of(Map.of("OLLAMA_NO_CLOUD", value)).cloudDisabled())
                .isEqualTo(disabled);
    }
}
