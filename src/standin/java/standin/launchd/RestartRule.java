package standin.launchd;

import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether launchd restarts a job after its process has ended. One fulfilled condition is enough.
 *
 * @param always true to restart the job whatever the conditions
 * @param conditions {@code SuccessfulExit}, {@code Crashed}
 * @param paths paths that must exist (true) or must not exist (false)
 */
record RestartRule(boolean always, Map<String, Boolean> conditions, Map<String, Boolean> paths) {

    static RestartRule of(@Nullable NSObject value) {
        if (!(value instanceof NSDictionary dictionary)) {
            return new RestartRule(value instanceof NSNumber number && number.boolValue(), Map.of(), Map.of());
        }
        return new RestartRule(
                false,
                booleans(dictionary),
                dictionary.get("PathState") instanceof NSDictionary paths ? booleans(paths) : Map.of());
    }

    private static Map<String, Boolean> booleans(NSDictionary dictionary) {
        Map<String, Boolean> booleans = new TreeMap<>();
        dictionary.forEach((key, value) -> {
            if (value instanceof NSNumber number && number.isBoolean()) {
                booleans.put(key, number.boolValue());
            }
        });
        return booleans;
    }

    /** Returns true if launchd runs the job at load: a condition on the exit status needs a first run. */
    boolean impliesRunAtLoad() {
        return always || conditions.containsKey("SuccessfulExit") || conditions.containsKey("Crashed");
    }

    boolean wantsRestart(ExitStatus exitStatus) {
        return always
                || Boolean.valueOf(exitStatus.isSuccess()).equals(conditions.get("SuccessfulExit"))
                || Boolean.valueOf(exitStatus instanceof ExitStatus.Signalled).equals(conditions.get("Crashed"))
                || paths.entrySet().stream().anyMatch(path -> Files.exists(Path.of(path.getKey())) == path.getValue());
    }
}
