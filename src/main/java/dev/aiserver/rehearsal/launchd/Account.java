package dev.aiserver.rehearsal.launchd;

import java.nio.file.Path;
import java.util.List;

/**
 * Whose agents an embedded launchd runs, and how.
 *
 * @param uid the number in {@code gui/UID}; property lists must belong to it
 * @param timeScale what a second of throttling or of an exit time-out lasts, in seconds
 * @param spawnPrefix a command that runs the rest of its arguments, put before every program; empty to run it directly
 */
public record Account(int uid, String user, Path home, double timeScale, List<String> spawnPrefix) {

    public Account {
        spawnPrefix = List.copyOf(spawnPrefix);
    }
}
