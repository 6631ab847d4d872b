package dev.aiserver.report;

import java.nio.file.Path;

/** Shortens paths for display, each on one line: paths in the home folder start with {@code ~}. */
record TildePaths(Path home) {

    /** Returns the name of a resource; only a path in the home folder is changed. */
    String of(String name) {
        return Controls.inLine(
                name.startsWith(home + "/")
                        ? "~" + name.substring(home.toString().length())
                        : name);
    }
}
