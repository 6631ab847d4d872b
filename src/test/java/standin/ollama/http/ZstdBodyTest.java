package standin.ollama.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
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
import standin.ollama.go.ApiError;

/** Decompresses files that the command {@code zstd} compressed at several levels, and compares them with the originals. */
class ZstdBodyTest {
    private static final Path COMPRESSED = Path.of("src/test/resources/zstd");

    static List<Path> compressed() throws IOException {
        try (Stream<Path> files = Files.list(COMPRESSED)) {
            return files.filter(file -> file.toString().endsWith(".zst"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] original(Path compressed) throws IOException {
        String name = String.valueOf(compressed.getFileName());
        return Files.readAllBytes(compressed.resolveSibling(name.replaceFirst("\\..*", ".json")));
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void compressedFilesAreRestored(Path file) throws IOException {
        assertThat(ZstdBody.decompress(Files.readAllBytes(file))).isEqualTo(original(file));
    }

    /** Corrupt input yields no more than the limit, or an {@link ApiError}, and no other exception. */
    @ParameterizedTest
    @MethodSource("compressed")
    void corruptInputIsRefused(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            byte[] corrupt = Arrays.copyOf(bytes, round % 2 == 0 ? bytes.length : random.nextInt(bytes.length));
            for (int change = 0; change < 3 && corrupt.length > 0; change++) {
                corrupt[random.nextInt(corrupt.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(ZstdBody.decompress(corrupt)).hasSizeLessThan(21 << 20);
            } catch (ApiError e) {
                assertThat(e.status()).isEqualTo(400);
            }
        }
    }

    @Test
    void inputThatIsNotCompressedIsReported() {
        assertThatThrownBy(() -> ZstdBody.decompress("{\"model\":1}".getBytes(StandardCharsets.UTF_8)))
                .hasMessage("invalid input: magic number mismatch");
    }

    @Test
    void aBodyThatGrowsBeyondTheLimitIsRefused() {
        byte[] bomb = Zstd.compress(new byte[(20 << 20) + 1]);

        assertThat(bomb).hasSizeLessThan(100_000);
        assertThatThrownBy(() -> ZstdBody.decompress(bomb)).hasMessage("http: request body too large");
    }

    @Test
    void aTruncatedBodyIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(COMPRESSED.resolve("words.3.zst"));

        assertThatThrownBy(() -> ZstdBody.decompress(Arrays.copyOf(whole, whole.length / 2)))
                .hasMessage("unexpected EOF");
    }
}
