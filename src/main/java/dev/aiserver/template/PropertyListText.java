package dev.aiserver.template;

import java.nio.file.Path;

/** Checks that a property list preserves a text unchanged. */
final class PropertyListText {
    private PropertyListText() {}

    /**
     * Rejects characters that XML 1.0 does not allow (section 2.2), and the carriage return, which an XML parser turns into
     * a line feed (section 2.11).
     */
    static void require(String text) {
        text.codePoints().filter(code -> !isAllowed(code)).findFirst().ifPresent(code -> {
            throw new IllegalArgumentException("a property list cannot contain U+%04X".formatted(code));
        });
    }

    /** Also rejects relative paths, because launchd has no directory to resolve them against. */
    static void requirePaths(Path... paths) {
        for (Path path : paths) {
            if (!path.isAbsolute()) {
                throw new IllegalArgumentException("not an absolute path: " + path);
            }
            require(path.toString());
        }
    }

    private static boolean isAllowed(int code) {
        return code == '\t'
                || code == '\n'
                || (code >= 0x20 && code <= 0xD7FF)
                || (code >= 0xE000 && code <= 0xFFFD)
                || code >= 0x10000;
    }
}
