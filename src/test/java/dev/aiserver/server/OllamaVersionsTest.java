package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaVersionsTest {

    /** @param said a line after each semicolon */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ollama version is 0.16.2                                                              | 0.16.2 |
            ollama version is 0.9.5; Warning: client version is 0.11.4                            | 0.11.4 | 0.9.5
            Warning: could not connect to a running Ollama instance; Warning: client version is 0.13.1 | 0.13.1 |
            ollama version is 0.16.2-rc1; Warning: client version is 0.16.2                       | 0.16.2 |
            no version at all                                                                     |        |
            """)
    void theProgramIsNotTakenForTheServerThatRuns(String said, String program, String outdated) {
        OllamaVersions versions = OllamaVersions.in(said.replace("; ", "\n") + "\n");
        assertThat(versions.program().map(Version::toString)).isEqualTo(Optional.ofNullable(program));
        assertThat(versions.outdated().map(service -> service.running().toString()))
                .isEqualTo(Optional.ofNullable(outdated));
    }
}
