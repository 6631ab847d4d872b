package dev.aiserver.pages;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownOutputTest {
    private static final String PRINTED = "first 12 ms\n  second\nthird (pid 7)\nfourth\n";

    @ParameterizedTest
    @CsvSource({
        "first 345 ms|second|third (pid 99)|fourth, ''",
        "first 1 ms|…|fourth, ''",
        "…|third …, ''",
        "first 1 ms|fourth, fourth",
        "fourth|…|first 1 ms, first 1 ms",
        "first one ms, first one ms",
    })
    void isComparedLineByLine(String shown, String missing) {
        assertThat(String.join("|", ShownOutput.missing(shown.replace('|', '\n'), PRINTED)))
                .isEqualTo(missing);
    }
}
