package dev.aiserver.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares rendered files with golden files. {@code -Dgolden.update=true} rewrites the golden files; review the diff. */
public final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    private Golden() {}

    public static void compare(String file, String rendered) throws IOException {
        Path golden = FOLDER.resolve(file);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(FOLDER);
            Files.writeString(golden, rendered);
        }
        assertThat(rendered).isEqualTo(Files.readString(golden));
    }

    /** Compares a text with the rest of a case file's first line after a prefix. */
    public static void compareFirstLine(Path file, String prefix, String actual) throws IOException {
        String text = Files.readString(file);
        String first = text.lines().findFirst().orElse("");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, prefix + actual + text.substring(first.length()));
            return;
        }
        assertThat(prefix + actual).isEqualTo(first);
    }
}
