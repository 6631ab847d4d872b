package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import standin.ollama.go.ApiError;
import standin.ollama.http.RequestBody;

/**
 * Compares errors with those of Go 1.26's decoder for a struct with these fields. Each line has a text with escapes as
 * in Go, followed by the error or {@code ok}.
 */
class GoErrorsTest {
    private static final String TYPE = "main.ChatCompletionRequest";

    static List<String> lines() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/go-json/1.26.txt"));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void jsonErrorsAreThoseOfGo(String line) {
        int bar = line.indexOf(" | ");
        String error = "ok";
        try {
            read(RequestBody.parse(unescaped(line.substring(0, bar)), "EOF", TYPE));
        } catch (ApiError e) {
            error = e.message();
        }
        assertThat(error).isEqualTo(line.substring(bar + 3));
    }

    private static void read(RequestBody body) {
        body.text("model");
        body.objects("messages", "main.Message").forEach(message -> message.text("role"));
        body.flag("stream", false);
        body.object("stream_options", "main.Opt").flag("include_usage", false);
        body.number("max_tokens");
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') {
                c = text.charAt(++at);
                switch (c) {
                    case 'n' -> c = '\n';
                    case 't' -> c = '\t';
                    case 'x' -> {
                        c = (char) Integer.parseInt(text.substring(at + 1, at + 3), 16);
                        at += 2;
                    }
                    default -> {
                        // The character is itself.
                    }
                }
            }
            bytes.write(c);
        }
        return bytes.toByteArray();
    }
}
