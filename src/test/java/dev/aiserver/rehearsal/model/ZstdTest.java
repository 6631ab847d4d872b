package dev.aiserver.rehearsal.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that the command {@code zstd} has packed at several levels, beside what it packed. */
class ZstdTest {
    private static final Path PACKED = Path.of("src/test/resources/zstd");

    static List<Path> packed() throws IOException {
        try (Stream<Path> files = Files.list(PACKED)) {
            return files.filter(file -> file.toString().endsWith(".zst"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] original(Path packed) throws IOException {
        String name = String.valueOf(packed.getFileName());
        return Files.readAllBytes(packed.resolveSibling(name.replaceFirst("\\..*", ".json")));
    }

    @ParameterizedTest
    @MethodSource("packed")
    void whatWasPackedComesOut(Path file) throws IOException {
        assertThat(Zstd.unpacked(Files.readAllBytes(file))).isEqualTo(original(file));
    }

    /** With no more than the bytes that it is allowed, and never by another exception. */
    @ParameterizedTest
    @MethodSource("packed")
    void whatIsBrokenIsRefused(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            byte[] broken = Arrays.copyOf(bytes, round % 2 == 0 ? bytes.length : random.nextInt(bytes.length));
            for (int change = 0; change < 3 && broken.length > 0; change++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(Zstd.unpacked(broken)).hasSizeLessThan(21 << 20);
            } catch (ApiError e) {
                assertThat(e.status()).isEqualTo(400);
            }
        }
    }

    @Test
    void whatIsNotPackedIsTold() {
        assertThatThrownBy(() -> Zstd.unpacked("{\"model\":1}".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("invalid input: magic number mismatch");
    }
}
