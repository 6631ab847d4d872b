package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemedyTest {

    /** Only statuses that mean an unknown request advise an upgrade. */
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
    void theRemedyDependsOnTheStatus(int status, String advice) {
        assertThat(Remedy.of(status)).contains(advice);
        assertThat(Remedy.of(status).contains("brew upgrade")).isEqualTo(advice.contains("brew upgrade"));
    }
}
