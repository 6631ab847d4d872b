package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.aiserver.host.UserError;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChecksTest {
    private static List<Check> checks(EndpointSet... sets) {
        return Checks.of(new ServerView(
                "remote-ollama", "127.0.0.1", new ServerSpec.Proxy(11434, Set.of(sets)), List.of("remote-ollama")));
    }

    @Test
    void moreThanAHundredAndFiftyChecksRunByDefault() {
        assertThat(checks(EndpointSet.STRICT)).hasSizeGreaterThan(150);
    }

    @ParameterizedTest
    @EnumSource(EndpointSet.class)
    void idsAreUniqueAndClaimsAreOneLineForEveryEndpointSet(EndpointSet set) {
        List<Check> checks = checks(set);
        assertThat(checks).extracting(Check::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z]+\\.\\S+"));
        assertThat(checks).extracting(Check::claim).allMatch(claim -> !claim.contains("\n") && !claim.isBlank());
    }

    @Test
    void theReferenceListsEveryGroup() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/reference/checks.md"));
        Set<String> documented = Pattern.compile("(?m)^\\| `([a-z]+)\\.\\*` \\|")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> groups = checks(EndpointSet.STRICT).stream()
                .map(check -> check.id().substring(0, check.id().indexOf('.')))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(documented).isEqualTo(groups);
    }

    @ParameterizedTest
    @CsvSource({
        "reach.server,        1",
        "bindings.*,          5",
        "*.haproxy,           9",
        "blocked.upgrade.*,   3",
        "*POST:/api/pull,     1"
    })
    void patternsSelectChecks(String pattern, int count) {
        assertThat(new Selection(List.of(pattern), true).of(checks(EndpointSet.STRICT)))
                .hasSize(count);
    }

    @Test
    void noPatternSelectsAllChecksAndAnUnknownPatternIsAnError() {
        List<Check> checks = checks(EndpointSet.STRICT);
        assertThat(Selection.ALL.of(checks)).isEqualTo(checks);
        assertThatExceptionOfType(UserError.class)
                .isThrownBy(() -> new Selection(List.of("bindings.*", "bindigns.*"), true).of(checks))
                .withMessageContaining("\"bindigns.*\"")
                .matches(error -> error.kind() == UserError.Kind.CONFIGURATION);
    }
}
