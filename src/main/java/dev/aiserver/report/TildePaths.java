package dev.aiserver.report;

import java.nio.file.Path;

/** Paths as people write them, each in one line: what is in the home begins with {@code ~}. */
record TildePaths(Path home) {

    /** @param name of a thing; what is no path in the home stays as it is */
    String of(String name) {
        return Controls.inLine(
                name.startsWith(home + "/")
                        ? "~" + name.substring(home.toString().length())
                        : name);
    }
}
