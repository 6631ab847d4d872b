package dev.aiserver.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.cli.Commands;
import dev.aiserver.report.Json;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.ExitCode;
import dev.aiserver.server.Verify;
import dev.aiserver.spec.ConfigurationKey;
import dev.aiserver.spec.ConfigurationKeys;
import dev.aiserver.spec.Endpoint;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The parts of the reference pages between "generated" and "end of generated" are what the code says now;
 * {@code -Dgolden.update=true} writes them, to be read as a diff.
 */
class ReferencePagesTest {
    private static final Path REFERENCE = Path.of("src/site/markdown/reference");

    /** A part of a page that is generated. */
    enum Part {
        COMMANDS("commands.md"),
        CONFIGURATION_KEYS("configuration.md"),
        ENDPOINT_SETS("configuration.md"),
        CHECKS("checks.md"),
        EXIT_CODES("exit-codes.md");

        private final Path page;

        Part(String page) {
            this.page = REFERENCE.resolve(page);
        }

        private Pattern region() {
            return Pattern.compile("(?s)(<!-- generated: " + this + " -->\n).*?(<!-- end of generated -->\n)");
        }

        private String generate() {
            return switch (this) {
                case COMMANDS -> commands();
                case CONFIGURATION_KEYS -> configurationKeys();
                case ENDPOINT_SETS -> endpointSets();
                case CHECKS -> checks();
                case EXIT_CODES -> exitCodes();
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    void isCurrent(Part part) throws IOException {
        String page = Files.readString(part.page);
        Matcher region = part.region().matcher(page);
        assertThat(region.find()).as(part.page + " has no part for " + part).isTrue();
        String generated = region.group(1) + "\n" + part.generate() + "\n" + region.group(2);
        String current = page.substring(0, region.start()) + generated + page.substring(region.end());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(part.page, current);
        }
        assertThat(Files.readString(part.page))
                .as("what the code says now; -Dgolden.update=true writes it")
                .isEqualTo(current);
    }

    @Test
    void everyOutcomeOfADocumentIsDescribed() {
        String page = Page.of(REFERENCE.resolve("json.md")).text();
        String table = page.substring(page.indexOf("\n| Outcome |")).split("\n\n")[0];
        assertThat(CommandOutcome.values()).allMatch(outcome -> table.contains("`" + Json.word(outcome) + "`"));
    }

    private static String commands() {
        StringBuilder text = new StringBuilder("| Option of every command | |\n|---|---|\n");
        CommandLine root = Commands.tree();
        root.getCommandSpec().options().forEach(option -> row(text, names(option), description(option)));
        text.append('\n');
        for (CommandLine command : root.getSubcommands().values()) {
            CommandSpec spec = command.getCommandSpec();
            text.append("<a id=\"")
                    .append(spec.name())
                    .append("\"></a>\n\n## aiserver ")
                    .append(spec.name())
                    .append("\n\n");
            text.append(String.join(" ", spec.usageMessage().description())).append("\n\n");
            text.append("<!-- usage -->\n```text\n").append(synopsis(command)).append("\n```\n\n");
            text.append("| Option | |\n|---|---|\n");
            spec.positionalParameters().stream()
                    .filter(parameter -> !parameter.hidden())
                    .forEach(parameter -> row(text, "`" + parameter.paramLabel() + "`", description(parameter)));
            spec.options().stream()
                    .filter(option -> !option.hidden() && !option.inherited())
                    .sorted((a, b) -> a.longestName().compareTo(b.longestName()))
                    .forEach(option -> row(text, names(option), description(option)));
            text.append('\n');
        }
        return text.toString().strip() + "\n";
    }

    private static String synopsis(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.usageMessage().width(100);
        CommandLine.Help.ColorScheme plain = CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF);
        return new CommandLine.Help(spec, plain).synopsis(0).strip();
    }

    private static void row(StringBuilder text, String first, String second) {
        text.append("| ").append(first).append(" | ").append(cell(second)).append(" |\n");
    }

    private static String names(OptionSpec option) {
        String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        Stream<String> names = Stream.of(option.names());
        if (option.negatable()) {
            names = Stream.concat(names, Stream.of(option.longestName().replaceFirst("^--", "--no-")));
        }
        return names.map(name -> "`" + name + (name.startsWith("--") && !name.startsWith("--no-") ? label : "") + "`")
                .collect(Collectors.joining(", "));
    }

    /** Options within a sentence are code, or two hyphens would become a dash. */
    private static String description(ArgSpec argument) {
        return String.join(" ", argument.description()).replaceAll("--[a-z][a-z-]*", "`$0`");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
    }

    private static String configurationKeys() {
        StringBuilder text = new StringBuilder("| Key | What it is for | Values | Default |\n|---|---|---|---|\n");
        for (ConfigurationKey<?> key : ConfigurationKeys.all()) {
            String defaultValue = String.valueOf(key.writtenDefault());
            text.append("| `%s` | %s | %s | %s |%n"
                    .formatted(
                            key.path(),
                            key.description(),
                            key.type().words(),
                            defaultValue.isEmpty() ? "" : "`" + defaultValue + "`"));
        }
        return text.toString();
    }

    private static String endpointSets() {
        StringBuilder text = new StringBuilder("| Set | Opens |\n|---|---|\n");
        for (EndpointSet set : EndpointSet.values()) {
            String endpoints = set.endpoints().stream()
                    .map(Endpoint::toString)
                    .map(each -> "`" + each + "`")
                    .collect(Collectors.joining(", "));
            text.append("| `")
                    .append(set.key())
                    .append("` | ")
                    .append(endpoints)
                    .append(note(set, endpoints))
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String note(EndpointSet set, String endpoints) {
        String note = switch (set) {
            case STRICT, OPENAI_EXTRA -> "";
            case HEALTH ->
                "What some clients probe first. The `ollama` command needs it for `ollama list`, `show` and `launch`,"
                        + " and `ollama-native` as well for `run` and `ps`.";
            case ANTHROPIC_COUNT_TOKENS -> "For an Ollama that has it; 0.33 does not.";
            case OLLAMA_NATIVE -> "Clients may then load and unload models.";
            case AUDIO -> "For an Ollama that has them.";
            case BROWSER ->
                "Web pages: those in `proxy.origins` may ask. The proxy answers their `OPTIONS` itself; every other page"
                        + " gets 403.";
            case ALL ->
                "Everything, also what pulls, pushes and deletes models. Only the paths that act on the account of"
                        + " Ollama's owner stay closed: `/api/me`, `/api/signout`, `/api/user/`, `/api/codex`.";
        };
        return note.isEmpty() || endpoints.isEmpty() ? note : ". " + note;
    }

    private static String checks() {
        Map<String, List<Check>> groups = Verify.checksOf(ServerSpec.defaults()).stream()
                .collect(Collectors.groupingBy(
                        check -> check.id().substring(0, check.id().indexOf('.')),
                        LinkedHashMap::new,
                        Collectors.toList()));
        StringBuilder text = new StringBuilder();
        groups.forEach((group, checks) -> {
            text.append("<a id=\"")
                    .append(group)
                    .append("\"></a>\n\n## ")
                    .append(group)
                    .append("\n\n");
            text.append("| Check | Claim | Needs |\n|---|---|---|\n");
            checks.forEach(check ->
                    text.append("| `%s` | %s | %s |%n".formatted(check.id(), cell(check.claim()), needs(check))));
            text.append('\n');
        });
        return text.toString().strip() + "\n";
    }

    private static String needs(Check check) {
        List<String> needs = new ArrayList<>();
        if (check.has(Check.Trait.SERVER)) {
            needs.add("the server");
        }
        if (check.has(Check.Trait.MODEL)) {
            needs.add("a model");
        }
        return String.join(", ", needs);
    }

    private static String exitCodes() {
        StringBuilder text = new StringBuilder("| Code | Meaning |\n|---:|---|\n");
        Stream.of(ExitCode.values()).forEach(each -> row(text, String.valueOf(each.code()), each.meaning()));
        return text.toString();
    }
}
