package dev.aiserver.verify;

import dev.aiserver.host.UserError;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which checks to carry out.
 *
 * @param patterns of ids, in which {@code *} stands for anything; none means all
 * @param inference whether models may be asked
 */
public record Selection(List<String> patterns, boolean inference) {
    public static final Selection ALL = new Selection(List.of(), true);

    /** Of a server that was just seen to be as it was installed. */
    public static final Selection REACHABILITY = new Selection(List.of(ReachCheck.ID, "name.*"), false);

    /** What lets others reach more than they may. */
    public static final Selection EXPOSURES = new Selection(List.of("bindings.*", "privacy.*"), false);

    public Selection {
        patterns = List.copyOf(patterns);
    }

    /** @throws UserError of kind CONFIGURATION for a pattern that no check fits */
    public List<Check> of(List<Check> checks) {
        for (String pattern : patterns) {
            if (checks.stream().noneMatch(check -> fits(pattern, check))) {
                throw new UserError(
                        UserError.Kind.CONFIGURATION,
                        "No check is called \"" + pattern + "\"; \"aiserver verify --list\" says which there are.");
            }
        }
        return checks.stream()
                .filter(check -> patterns.isEmpty() || patterns.stream().anyMatch(pattern -> fits(pattern, check)))
                .toList();
    }

    private static boolean fits(String pattern, Check check) {
        String regex = Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return check.id().matches(regex);
    }
}
