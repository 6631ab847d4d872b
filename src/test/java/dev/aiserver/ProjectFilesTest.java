package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.aiserver.cli.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The workflows, forms and guides name only what exists: commands, options, files and tests. */
final class ProjectFilesTest {
    private static final Path GITHUB = Path.of(".github");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Path CONTRIBUTING = GITHUB.resolve("CONTRIBUTING.md");

    /** The options of the script {@code install} itself, which picocli does not know. */
    private static final Set<String> OPTIONS_OF_THE_SCRIPT = Set.of("--test");

    private static final Pattern CALL = Pattern.compile(
            "(?:^|[\\s`(\"/])(aiserver|\\./install|\\./uninstall)((?: +[\\w./~$\\[\\]-][^\\s`|;&>\"')]*)+)");

    private static final Pattern QUOTED = Pattern.compile("```.*?```|`[^`\n]+`|\"[^\"\n]+\"", Pattern.DOTALL);

    private static final Pattern FILE = Pattern.compile(
            "(?<![\\w./~$-])((?:\\.github|\\.mvn|\\.ci|src|templates|examples)(?:/[\\w.-]+)*/?|mvnw|pom\\.xml|CHANGELOG\\.md)(?![\\w*-])");

    private static final Pattern TEST = Pattern.compile("(?:`|[.]?test=)(\\w+(?:Test|IT))\\b(?:\\.(\\w+))?");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(GITHUB)) {
            return all.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    static Stream<Path> yamlFiles() throws IOException {
        return files().filter(file -> file.toString().endsWith(".yml"));
    }

    @ParameterizedTest
    @MethodSource("yamlFiles")
    void yamlIsWellFormed(Path file) throws IOException {
        assertThat(yaml(file).isObject()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyCommandAndOptionExists(Path file) throws IOException {
        for (String code : code(file)) {
            for (MatchResult call : CALL.matcher(code).results().toList()) {
                requireCommand(call.group(1), List.of(call.group(2).strip().split(" +")));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileThatIsNamedExists(Path file) throws IOException {
        for (String code : code(file)) {
            assertThat(FILE.matcher(code).results().map(found -> Path.of(found.group(1))))
                    .allMatch(Files::exists);
        }
    }

    @Test
    void everyWorkflowHasOnlyTheRightToReadAndATimeout() throws IOException {
        List<Path> workflows = yamlFiles()
                .filter(file -> file.startsWith(GITHUB.resolve("workflows")))
                .toList();
        assertThat(workflows).hasSize(2);
        for (Path file : workflows) {
            JsonNode workflow = yaml(file);
            assertThat(workflow.path("permissions").toString()).isEqualTo("{\"contents\":\"read\"}");
            assertThat(workflow.path("concurrency").isObject()).isTrue();
            workflow.path("jobs")
                    .forEach(job ->
                            assertThat(job.path("timeout-minutes").asInt()).isPositive());
            assertThat(workflow.findValuesAsText("uses"))
                    .isNotEmpty()
                    .allMatch(uses -> uses.matches("actions/\\S+@v\\d+"));
        }
    }

    @Test
    void everyTestThatTheRecipesNameExists() throws IOException {
        Map<String, Path> tests;
        try (Stream<Path> files = Files.walk(TESTS)) {
            tests = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        }
        List<MatchResult> named =
                TEST.matcher(Files.readString(CONTRIBUTING)).results().toList();
        assertThat(named).hasSizeGreaterThan(15);
        List<String> missing = new ArrayList<>();
        for (MatchResult test : named) {
            Path source = tests.get(test.group(1));
            String method = test.group(2);
            if (source == null || method != null && !Files.readString(source).contains("void " + method + "(")) {
                missing.add(test.group());
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void everyLinkOfTheGuidesLeadsToAFile() throws IOException {
        for (Path file : files().filter(each -> each.toString().endsWith(".md")).toList()) {
            Matcher link = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)").matcher(Files.readString(file));
            while (link.find()) {
                assertThat(GITHUB.resolve(link.group(1))).exists();
            }
        }
    }

    @Test
    void theWrapperGetsAMavenWithAKnownChecksum() throws IOException {
        assertThat(Path.of("mvnw")).isExecutable();
        assertThat(Files.readAllLines(Path.of(".mvn/wrapper/maven-wrapper.properties")))
                .contains("distributionType=only-script")
                .anyMatch(line -> line.matches("distributionUrl=https://\\S+/apache-maven-3\\.9\\.\\d+-bin\\.zip"))
                .anyMatch(line -> line.matches("distributionSha256Sum=[0-9a-f]{64}"));
    }

    /** Returns what a reader runs or opens: scripts without comments, and the code and quotations in other texts. */
    private static List<String> code(Path file) throws IOException {
        String text = Files.readString(file);
        if (file.toString().endsWith(".md")) {
            return quoted(text);
        }
        if (!file.toString().endsWith(".yml")) {
            return List.of(withoutComments(text));
        }
        JsonNode yaml = yaml(file);
        List<String> code = new ArrayList<>();
        yaml.findValuesAsText("run").forEach(script -> code.add(withoutComments(script)));
        Stream.of("description", "value")
                .flatMap(key -> yaml.findValuesAsText(key).stream())
                .forEach(prose -> code.addAll(quoted(prose)));
        code.addAll(yaml.findValuesAsText("label"));
        return code;
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(MatchResult::group).toList();
    }

    private static String withoutComments(String script) {
        return script.replaceAll("(?m)^\\s*#.*$", "");
    }

    private static JsonNode yaml(Path file) throws IOException {
        return YAMLMapper.builder().build().readTree(Files.readString(file));
    }

    private static void requireCommand(String program, List<String> words) {
        List<String> arguments = new ArrayList<>(words);
        if (!program.equals("aiserver")) {
            arguments.add(0, program.substring(2));
            arguments.removeAll(OPTIONS_OF_THE_SCRIPT);
        }
        assertThatCode(() -> Commands.tree().parseArgs(arguments.toArray(String[]::new)))
                .as(program + " " + String.join(" ", words))
                .doesNotThrowAnyException();
    }
}
