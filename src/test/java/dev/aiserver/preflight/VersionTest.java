package dev.aiserver.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ollama version is 0.16.2                         | 0.16.2
            ollama version is 0.14.0-rc1                     | 0.14.0
            HAProxy version 2.6.12-1+deb12u2 2024/11/05      | 2.6.12
            HAProxy version 3.3.0-c5ae6c6 2025/11/26         | 3.3.0
            Warning: client version is 0.13.1                | 0.13.1
            15.7                                             | 15.7.0
            26.1.0.4                                         | 26.1.0
            """)
    void findsTheVersionInAProgramsOutput(String text, String version) {
        assertThat(Version.in(text)).hasToString("Optional[" + version + "]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "15", "no version", "a.b.c", "1."})
    void findsNoneInOtherText(String text) {
        assertThat(Version.in(text)).isEmpty();
    }

    @Test
    void ordersVersionsByTheirNumbers() {
        List<String> ordered = List.of("0.9.10", "0.14.0", "0.14.1", "0.16.2", "2.6.0", "2.6.12", "10.0.0");
        assertThat(Stream.of("2.6.12", "0.14.1", "10.0.0", "0.9.10", "0.16.2", "2.6.0", "0.14.0")
                        .map(text -> Version.in(text).orElseThrow())
                        .sorted()
                        .map(Version::toString))
                .isEqualTo(ordered);
    }
}
