package dev.aiserver.verify;

import dev.aiserver.host.UserError;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Selects the checks to run.
 *
 * @param patterns check ids, in which {@code *} matches any text; an empty list selects all checks
 * @param inference whether checks may make a model generate text
 */
public record Selection(List<String> patterns, boolean inference) {
    public static final Selection ALL = new Selection(List.of(), true);

    /** Selects the checks for a server whose installed files have just been checked. */
    public static final Selection REACHABILITY = new Selection(List.of(ReachCheck.ID, "name.*"), false);

    /** Selects the checks that fail when the server is reachable by more clients than intended. */
    public static final Selection EXPOSURES = new Selection(List.of("bindings.*", "privacy.*"), false);

    public Selection {
        patterns = List.copyOf(patterns);
    }

    /**
     * Returns the selected checks in their order.
     *
     * @throws UserError of kind CONFIGURATION if no check matches a pattern
     */
    public List<Check> of(List<Check> checks) {
        for (String pattern : patterns) {
            if (checks.stream().noneMatch(check -> matches(pattern, check))) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "No check matches \"" + pattern + "\"; run \"aiserver verify --list\" to see all checks.");
            }
        }
        return checks.stream()
                .filter(check -> patterns.isEmpty() || patterns.stream().anyMatch(pattern -> matches(pattern, check)))
                .toList();
    }

    private static boolean matches(String pattern, Check check) {
        String regex = Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return check.id().matches(regex);
    }
}
