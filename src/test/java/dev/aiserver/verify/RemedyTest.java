package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemedyTest {

    /** An upgrade is advised only where Ollama does not know what it is asked. */
    @ParameterizedTest
    @CsvSource({
        "200, another model",
        "400, read Ollama's log",
        "404, brew upgrade ollama",
        "405, brew upgrade ollama",
        "429, aiserver status",
        "500, a smaller model",
        "503, aiserver status"
    })
    void followsFromWhatWasSeen(int status, String advice) {
        assertThat(Remedy.of(status)).contains(advice);
        assertThat(Remedy.of(status).contains("brew upgrade")).isEqualTo(advice.contains("brew upgrade"));
    }
}
