package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules for words that a pattern can hold, over all that a person reads: comments, string literals, pages and scripts. */
class WordsTest {
    private static final Pattern JAVA_WORDS = Pattern.compile(
            "/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'",
            Pattern.DOTALL);

    private static final List<String> TEXTS = List.of(".md", ".ftl", ".ftlx", ".ftlh", ".yaml", ".yml", ".sh");

    private static final List<Path> ROOTS = List.of(
            Path.of("README.md"),
            Path.of("CHANGELOG.md"),
            Path.of("install"),
            Path.of("uninstall"),
            Path.of(".ci"),
            Path.of(".github"),
            Path.of("examples"),
            Path.of("templates"),
            Path.of("src"));

    /** A phrase, and what to write instead. */
    private static final Map<String, String> BANNED = Map.ofEntries(
            Map.entry("(?<!\\bthere )\\bis no (?!longer\\b|more\\b)", "is not a"),
            Map.entry("(?<![Uu]ser )(?<![Uu]ser \\\\\")\\b(?:nobody|somebody)\\b(?!\\\\?['\"):@-])", "name the actor"),
            Map.entry("\\banew\\b", "again"),
            Map.entry("\\bshall\\b", "present tense"),
            Map.entry("\\bby now\\b", "now, or nothing"),
            Map.entry("\\bmeanwhile\\b", "while …"),
            Map.entry("\\b(?:what becomes of|what becomes)\\b", "say what happens to it"),
            Map.entry("\\b(?:goes|go|gets|get|going) on\\b(?! (?:to|the|a|standard|line|loopback)\\b)", "continues"),
            Map.entry("\\b(?:sees|see) to it\\b", "ensures"),
            Map.entry("\\bput(?:s|ting)? (?:it|that|them|this) right\\b", "fix"),
            Map.entry("\\bnot found out\\b", "inconclusive"),
            Map.entry("(?:\\d|%d|%s) to know about\\b", "warnings"),
            Map.entry("\\bDo first\\b", "Fix first"),
            Map.entry("\\bthrow-?away\\b", "temporary"),
            Map.entry("\\bstands? in the way\\b", "name the cause"),
            Map.entry("\\bof (?:ours|theirs)\\b", "our, their"),
            Map.entry("/\\*\\*\\s*(?:\\* )?The same\\b", "repeat the noun"),
            Map.entry("/\\*\\*\\s*(?:\\* )?(?:What|How|Where|Whether|Who|That) ", "begin with a verb"),
            Map.entry("(?<!\\bthere )\\bis none\\b(?! of these)", "is not a"),
            Map.entry("\\bas it was found\\b", "as before"));

    @Test
    void allWordsFollowTheRules() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            String text = Files.readString(file);
            String words = file.toString().endsWith(".java") ? wordsOfJava(text) : text;
            BANNED.forEach((phrase, instead) -> {
                Matcher match =
                        Pattern.compile(phrase, Pattern.CASE_INSENSITIVE).matcher(words);
                while (match.find()) {
                    found.add("%s:%d: \"%s\": %s"
                            .formatted(
                                    file,
                                    line(words, match.start()),
                                    match.group().strip(),
                                    instead));
                }
            });
        }
        assertThat(found).as("%d phrases", found.size()).isEmpty();
    }

    private static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path root : ROOTS) {
            try (Stream<Path> all = Files.walk(root)) {
                files.addAll(all.filter(Files::isRegularFile)
                        .filter(WordsTest::isRead)
                        .toList());
            }
        }
        return files;
    }

    /** Recordings of other programs and the libraries of the SDKs are not ours to word. */
    private static boolean isRead(Path file) {
        String path = file.toString();
        return !path.contains("node_modules")
                && !path.startsWith("src/main/licenses")
                && !path.startsWith("src/standin/licenses")
                && !path.startsWith("src/test/resources")
                && !path.endsWith("WordsTest.java")
                && (path.endsWith(".java")
                        || TEXTS.stream().anyMatch(path::endsWith)
                        || !path.substring(path.lastIndexOf('/') + 1).contains("."));
    }

    /** Keeps comments and literals, and the line each is on. */
    private static String wordsOfJava(String text) {
        Matcher match = JAVA_WORDS.matcher(text);
        StringBuilder words = new StringBuilder();
        int end = 0;
        while (match.find()) {
            words.append(newlines(text.substring(end, match.start()))).append(match.group());
            end = match.end();
        }
        return words.toString();
    }

    private static String newlines(String code) {
        return code.lines().count() > 1 || code.endsWith("\n")
                ? "\n".repeat((int) code.chars().filter(c -> c == '\n').count())
                : " ";
    }

    private static int line(String text, int offset) {
        return 1
                + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }
}
