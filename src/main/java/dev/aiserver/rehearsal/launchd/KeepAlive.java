package dev.aiserver.rehearsal.launchd;

import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether launchd starts a job again after it ended. Of several conditions one is enough.
 *
 * @param always whatever the conditions
 * @param conditions {@code SuccessfulExit}, {@code Crashed}
 * @param paths that must exist, or must not
 */
record KeepAlive(boolean always, Map<String, Boolean> conditions, Map<String, Boolean> paths) {

    static KeepAlive of(@Nullable NSObject value) {
        if (!(value instanceof NSDictionary dictionary)) {
            return new KeepAlive(value instanceof NSNumber number && number.boolValue(), Map.of(), Map.of());
        }
        return new KeepAlive(
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

    /** A condition on how the job ended needs a first run. */
    boolean impliesRunAtLoad() {
        return always || conditions.containsKey("SuccessfulExit") || conditions.containsKey("Crashed");
    }

    boolean wantsRestart(ExitStatus ending) {
        return always
                || Boolean.valueOf(ending.isSuccess()).equals(conditions.get("SuccessfulExit"))
                || Boolean.valueOf(ending instanceof ExitStatus.Signalled).equals(conditions.get("Crashed"))
                || paths.entrySet().stream().anyMatch(path -> Files.exists(Path.of(path.getKey())) == path.getValue());
    }
}
