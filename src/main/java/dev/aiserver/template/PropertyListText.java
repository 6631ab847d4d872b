package dev.aiserver.template;

import java.nio.file.Path;

/** What a property list can hold and gives back unchanged. */
final class PropertyListText {
    private PropertyListText() {}

    /**
     * Refuses what XML 1.0 cannot hold (its section 2.2), and the carriage return, which a reader of XML turns into a
     * line feed (2.11).
     */
    static void require(String text) {
        text.codePoints().filter(code -> !isCharacter(code)).findFirst().ifPresent(code -> {
            throw new IllegalArgumentException("a property list cannot hold U+%04X".formatted(code));
        });
    }

    /** Refuses also relative paths, because launchd knows no directory to look from. */
    static void requirePaths(Path... paths) {
        for (Path path : paths) {
            if (!path.isAbsolute()) {
                throw new IllegalArgumentException("no absolute path: " + path);
            }
            require(path.toString());
        }
    }

    private static boolean isCharacter(int code) {
        return code == '\t'
                || code == '\n'
                || (code >= 0x20 && code <= 0xD7FF)
                || (code >= 0xE000 && code <= 0xFFFD)
                || code >= 0x10000;
    }
}
