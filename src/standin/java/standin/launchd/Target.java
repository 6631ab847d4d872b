package standin.launchd;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the domain or service a verb acts on: {@code gui/501}, {@code gui/501/com.ollama}, {@code system/com.ollama}.
 *
 * @param kind {@code gui}, {@code user}, {@code login}, {@code pid} or {@code system}
 * @param number user, session or process id; 0 for the system
 * @param label empty for the domain itself
 */
record Target(String kind, int number, String label) {

    private static final Pattern NUMBERED = Pattern.compile("(gui|user|login|pid)/(\\d{1,9})(?:/([^/]+))?");
    private static final Pattern SYSTEM = Pattern.compile("system(?:/([^/]+))?");

    static Optional<Target> find(String text) {
        Matcher numbered = NUMBERED.matcher(text);
        if (numbered.matches()) {
            return Optional.of(
                    new Target(numbered.group(1), Integer.parseInt(numbered.group(2)), label(numbered.group(3))));
        }
        Matcher system = SYSTEM.matcher(text);
        if (system.matches()) {
            return Optional.of(new Target("system", 0, label(system.group(1))));
        }
        return Optional.empty();
    }

    static Target parse(String text) throws LaunchdFailure {
        return find(text).orElseThrow(() -> new LaunchdFailure(LaunchdError.USAGE));
    }

    static Target parseService(String text) throws LaunchdFailure {
        Target target = parse(text);
        if (target.label.isEmpty()) {
            throw new LaunchdFailure(LaunchdError.USAGE);
        }
        return target;
    }

    private static String label(@Nullable String group) {
        return group == null ? "" : group;
    }

    boolean isSystem() {
        return kind.equals("system");
    }

    String domain() {
        return isSystem() ? "system" : kind + "/" + number;
    }

    /** Returns the domain as launchctl's messages name it. */
    String domainInWords() {
        return switch (kind) {
            case "system" -> "system";
            case "gui" -> "user gui: " + number;
            case "user" -> "uid: " + number;
            default -> kind + ": " + number;
        };
    }
}
