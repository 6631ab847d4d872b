package dev.aiserver.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaVersionsTest {

    /** @param output with semicolons for line ends */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ollama version is 0.16.2                                                              | 0.16.2 |
            ollama version is 0.9.5; Warning: client version is 0.11.4                            | 0.11.4 | 0.9.5
            Warning: could not connect to a running Ollama instance; Warning: client version is 0.13.1 | 0.13.1 |
            ollama version is 0.16.2-rc1; Warning: client version is 0.16.2                       | 0.16.2 |
            no version at all                                                                     |        |
            """)
    void tellsTheProgramFromTheRunningServer(String output, String program, String outdated) {
        OllamaVersions versions = OllamaVersions.in(output.replace("; ", "\n") + "\n");
        assertThat(versions.program().map(Version::toString)).isEqualTo(Optional.ofNullable(program));
        assertThat(versions.outdated().map(service -> service.running().toString()))
                .isEqualTo(Optional.ofNullable(outdated));
    }
}
