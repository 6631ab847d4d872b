package dev.aiserver.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.aiserver.cli.Commands;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.pages.Page.Block;
import dev.aiserver.server.Verify;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Selection;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Proves that what the README and the pages name exists, and that each program accepts the examples for it. */
class PagesTest {
    private static final Path HERE = Path.of("").toAbsolutePath();
    private static final Path SITE = Path.of("src/site/markdown");

    /** Options of other programs that pages name. */
    private static final Set<String> OPTIONS_OF_OTHERS = Set.of("--model", "--test");

    /** With words in it that no id has, and a dot within. */
    private static final Pattern CHECK_ID =
            Pattern.compile("(?:reach|services|bindings|network|name|endpoint|privacy|headless|openai|anthropic|blocked"
                    + "|streaming|performance)\\.[\\w.*:/-]+");

    private static final Pattern TEST_CLASS = Pattern.compile("[A-Z]\\w+(?:Test|IT)");

    static List<Page> pages() {
        return Page.all();
    }

    static Stream<Block> blocks() {
        return Page.all().stream().flatMap(page -> page.blocks().stream());
    }

    @Test
    void theReadmeIsShort() {
        assertThat(Page.of(Path.of("README.md")).text().lines()).hasSizeLessThanOrEqualTo(150);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void relativeLinksResolve(Page page) {
        for (String link : page.links()) {
            if (!link.matches("[a-z]+:.*")) {
                assertThat(problem(page, link)).as(page + ": " + link).isEmpty();
            }
        }
    }

    private static String problem(Page page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty()
                ? page.path()
                : HERE.relativize(
                        HERE.resolve(page.path()).resolveSibling(parts[0]).normalize());
        if (!Files.exists(target)) {
            return "there is no " + target;
        }
        boolean hasAnchor = parts.length == 1 || Page.of(target).anchors().contains(parts[1]);
        return hasAnchor ? "" : target + " has no <a id=\"" + parts[1] + "\"></a>";
    }

    @Test
    void everyPageIsInTheMenuAndTheMenuNamesPagesOnly() throws IOException {
        Set<String> inMenu = Pattern.compile("<item [^>]*href=\"([^\"]+)\\.html\"")
                .matcher(Files.readString(Path.of("src/site/site.xml")))
                .results()
                .map(found -> found.group(1) + ".md")
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> pages = Page.all().stream()
                .filter(page -> page.path().startsWith(SITE))
                .map(page -> SITE.relativize(page.path()).toString())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(inMenu).isEqualTo(pages);
    }

    /** Doxia refuses two hyphens in a comment, which XML does not allow. */
    @ParameterizedTest
    @MethodSource("pages")
    void commentsHaveNoTwoHyphens(Page page) {
        assertThat(Pattern.compile("<!--(?:(?!-->).)*?--(?!>)")
                        .matcher(page.text())
                        .find())
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsAndOptionsExist(Page page) {
        Stream.concat(
                        page.inlineCode().stream(),
                        page.blocks().stream()
                                .filter(block -> block.language().equals("sh"))
                                .flatMap(block -> block.commands().stream()))
                .forEach(line ->
                        Shell.argumentsOfAiserver(line).ifPresent(arguments -> requireCommand(page, line, arguments)));
        Set<String> options = options();
        page.inlineCode().stream()
                .filter(code -> code.matches("--[a-z][a-z-]*"))
                .forEach(code -> assertThat(options).as(page.toString()).contains(code));
    }

    private static void requireCommand(Page page, String line, String[] arguments) {
        if (arguments.length > 0 && !arguments[0].equals("…")) {
            assertThatCode(() -> Commands.tree().parseArgs(arguments))
                    .as(page + ": " + line)
                    .doesNotThrowAnyException();
        }
    }

    private static Set<String> options() {
        Set<String> options = new TreeSet<>(OPTIONS_OF_OTHERS);
        CommandLine root = Commands.tree();
        root.getCommandSpec().options().forEach(option -> options.addAll(List.of(option.names())));
        for (CommandLine command : root.getSubcommands().values()) {
            command.getCommandSpec().options().forEach(option -> {
                options.addAll(List.of(option.names()));
                if (option.negatable()) {
                    Stream.of(option.names())
                            .map(name -> name.replaceFirst("^--", "--no-"))
                            .forEach(options::add);
                }
            });
        }
        return options;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void namedChecksAndTestsExist(Page page) throws IOException {
        List<Check> checks = Verify.checksOf(ServerSpec.defaults());
        Set<String> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        for (String code : page.inlineCode()) {
            if (CHECK_ID.matcher(code).matches()
                    && !code.matches("network\\.(?:mode|address|clients)\\b.*|services\\.yaml")) {
                assertThatCode(() -> new Selection(List.of(code), true).of(checks))
                        .as(page + ": " + code)
                        .doesNotThrowAnyException();
            }
            if (TEST_CLASS.matcher(code).matches()) {
                assertThat(tests).as(page.toString()).contains(code);
            }
        }
    }

    /** In the first column of its tables; "…" stands for what differs. */
    @Test
    void troubleshootingQuotesWhatTheProgramPrints() throws IOException {
        StringBuilder source = new StringBuilder();
        try (Stream<Path> files =
                Stream.concat(Files.walk(Path.of("src/main/java")), Files.walk(Path.of("templates")))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                source.append(Files.readString(file));
            }
        }
        String literals = source.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"");
        Page.of(SITE.resolve("troubleshooting.md"))
                .text()
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf(" | ")))
                .flatMap(cell -> Pattern.compile("`([^`]*)`").matcher(cell).results())
                .flatMap(quote -> Stream.of(quote.group(1).split("…")))
                .map(String::strip)
                .filter(words -> words.contains(" ") && !words.startsWith("--"))
                .forEach(words -> assertThat(literals.contains(words)).as(words).isTrue());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pathsOfTheSourceExist(Page page) {
        for (String code : page.inlineCode()) {
            if (code.matches("(?:src|templates|examples|\\.ci)/[\\w./-]+")) {
                assertThat(Path.of(code)).as(page.toString()).exists();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void blocksAreReadByWhatReadsThem(Block block) throws IOException {
        switch (block.language()) {
            case "json" ->
                assertThat(JsonMapper.builder().build().readTree(block.text())).isNotEmpty();
            case "toml" ->
                assertThat(TomlMapper.builder().build().readTree(block.text())).isNotEmpty();
            case "yaml" -> {
                assertThat(YAMLMapper.builder().build().readTree(block.text())).isNotEmpty();
                if (block.mark().startsWith("config")) {
                    assertThat(SpecReader.inventory(block.page().toString(), block.text()))
                            .isNotNull();
                }
            }
            case "sh" -> {
                CommandResult result = new LocalHost(System.getenv())
                        .run(Command.of("sh", "-n").withStdin(block.text().getBytes(StandardCharsets.UTF_8)));
                assertThat(result.exitCode()).as(block + result.errorText()).isZero();
            }
            case "text" -> {}
            default -> throw new AssertionError(block.page() + ": a block of an unknown language: " + block);
        }
    }

    /** Checks the marks above the blocks: a misspelled mark would run nothing. */
    @ParameterizedTest
    @MethodSource("blocks")
    void marksAreKnown(Block block) {
        assertThat(block.mark())
                .as(block.toString())
                .matches(
                        "|config(?: \\S+)?|run(?: on a client| with \\S+(?: for \\S+)?)?|output|rehearsal|example|usage");
        assertThat(block.mark().matches("output|rehearsal|example|usage")
                        || !block.language().equals("text"))
                .as("output that no test compares: " + block)
                .isTrue();
    }

    @Test
    void urlsAreWellFormed() {
        for (Page page : Page.all()) {
            page.links().stream()
                    .filter(link -> link.contains("://"))
                    .forEach(link ->
                            assertThat(URI.create(link)).as(page.toString()).hasScheme("https"));
        }
    }
}
