package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileModesTest {

    @ParameterizedTest
    @CsvSource({
        "-rw-r--r--,  0644",
        "-rw-------@, 0600",
        "drwxr-x---+, 0750",
        "drwxrwxrwt,  1777",
        "drwxrwxrwT,  1776",
        "-rwsr-sr-x,  6755",
        "-rwSr-Sr--,  6644",
        "----------.,  0000",
        "-rwxrwxrwx,  0777"
    })
    void parsesTheFormatOfLs(String text, String octal) {
        assertThat(FileModes.parse(text)).isEqualTo(Integer.parseInt(octal, 8));
    }
}
