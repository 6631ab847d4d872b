package standin.launchd;

import java.nio.file.Path;
import java.util.List;

/**
 * Describes the user whose agents an embedded launchd runs, and how it runs them.
 *
 * @param uid user id in {@code gui/UID}; property lists must be owned by this user
 * @param timeScale real seconds per second of a throttle interval or an exit timeout; below 1 speeds tests up
 * @param spawnPrefix command put before every program, which runs the rest of its arguments; empty to run programs directly
 */
public record Account(int uid, String user, Path home, double timeScale, List<String> spawnPrefix) {

    public Account {
        spawnPrefix = List.copyOf(spawnPrefix);
    }
}
