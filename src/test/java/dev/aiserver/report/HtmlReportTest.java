package dev.aiserver.report;

import static dev.aiserver.report.Verdicts.passed;
import static dev.aiserver.report.Verdicts.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.template.Golden;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HtmlReportTest {
    private static final String FINDINGS = HtmlReport.of(Verdicts.FINDINGS, Verdicts.ABOUT, Optional.empty());

    @Test
    void isWrittenAsExpected() throws IOException {
        Golden.compare("verify-report.html", FINDINGS);
    }

    @Test
    void loadsNothingAndRunsNothing() {
        assertThat(matches(FINDINGS, "(?:href|src|action|data|poster|srcset)=\"([^\"]*)\""))
                .allMatch(link -> link.startsWith("#"));
        assertThat(FINDINGS).doesNotContain("<script", "<link", "<img", "<iframe", "url(", "@import");
        assertThat(matches(FINDINGS, "<[^>]*\\s(on[a-z]+)=")).isEmpty();
        assertThat(FINDINGS).contains("default-src 'none'");
    }

    @Test
    void linksEachFixToItsChecks() {
        List<String> targets = matches(FINDINGS, "href=\"#([^\"]*)\"");
        assertThat(matches(FINDINGS, "\\bid=\"([^\"]*)\""))
                .doesNotHaveDuplicates()
                .containsAll(targets);
        assertThat(targets).contains("check-2", "check-4", "check-5", "check-6", "check-8");
        assertThat(matches(FINDINGS, "aria-labelledby=\"([^\"]*)\""))
                .isSubsetOf(matches(FINDINGS, "\\bid=\"([^\"]*)\""));
    }

    @Test
    void listsEachFixOnceInTheOrderOfTheChecks() {
        assertThat(matches(FINDINGS, "<p>([^<]*)</p>\\s*<p class=\"for\">"))
                .containsExactly(
                        "see &quot;aiserver install --dry-run&quot;, then run &quot;aiserver install&quot;",
                        "run &quot;aiserver install&quot; to rewrite haproxy.cfg",
                        "set OLLAMA_NO_CLOUD to &quot;1&quot; in aiserver.yaml, and run &quot;aiserver install&quot;",
                        "run &quot;aiserver verify&quot; again; if these checks stay inconclusive, each one below says why");
    }

    @Test
    void containsNoUserNameAndNoKey() {
        assertThat(FINDINGS).doesNotContain("/Users/", "of ann", "c3NoLWVkMjU1MTk");
        assertThat(FINDINGS)
                .contains("~/.haproxy/haproxy.cfg was edited", "ollama (pid 2171) of [user] on", "key=[secret]");
    }

    @Test
    void namesAFewOfManyChecksWithOneFix() {
        List<Verdict> many = IntStream.range(0, 40)
                .mapToObj(n -> verdict("a." + n, "claim " + n, new Outcome.Failed("seen", "fix it")))
                .toList();
        String page = HtmlReport.of(many, Verdicts.ABOUT, Optional.empty());
        assertThat(matches(page, "<a href=\"#check-[0-9]+\">([^<]*)</a>"))
                .containsExactly("claim 0", "claim 1", "claim 2", "claim 3", "claim 4");
        assertThat(page).contains("</a> and 35 more</p>");
    }

    @ParameterizedTest
    @MethodSource("dev.aiserver.report.HostileTexts#texts")
    void keepsItsStructureForEveryResponse(String hostile, String shown) {
        String page = page(hostile);
        assertThat(matches(page, "(<[^>]*>)")).isEqualTo(matches(page("harmless"), "(<[^>]*>)"));
        assertThat(matches(page, "<dd class=\"mono\">([^<]*)</dd>")).containsOnly(escaped(shown));
    }

    private static String page(String text) {
        return HtmlReport.of(
                List.of(
                        verdict("a." + text, text, passed(text)),
                        verdict("b.b", text, new Outcome.Failed(text, text)),
                        verdict("c.c", text, new Outcome.Skipped(text)),
                        verdict("d.d", text, new Outcome.Inconclusive(text))),
                Verdicts.ABOUT,
                Optional.empty());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    @Test
    void redactsBeforeItShortens() {
        String page = page("x".repeat(1_995) + " key=verysecret");
        assertThat(page).doesNotContain("very");
    }

    @Test
    void isVerifiedOnlyIfACheckPassed() {
        Verdict passed = verdict("a.a", "a", passed("seen"));
        assertThat(HtmlReport.of(List.of(passed), Verdicts.ABOUT, Optional.empty()))
                .contains(" Verified:", "remote-ollama: verified");
        Verdict skipped = verdict("a.b", "b", new Outcome.Skipped("why"));
        assertThat(HtmlReport.of(List.of(passed, skipped), Verdicts.ABOUT, Optional.empty()))
                .contains(" Verified:");
        assertThat(HtmlReport.of(List.of(skipped), Verdicts.ABOUT, Optional.empty()))
                .doesNotContain(" Verified:");
        assertThat(HtmlReport.of(List.of(), Verdicts.ABOUT, Optional.empty()))
                .contains("Not verified")
                .doesNotContain("Verified:");
        assertThat(FINDINGS).contains("Not verified").doesNotContain("Verified:");
    }

    /** WCAG 2, level AA: 4.5 to 1 for text. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            ink,     page
            ink,     card
            ink,     quiet
            ink,     failed-tint
            ink,     inconclusive-tint
            soft,    page
            soft,    card
            soft,    quiet
            soft,    failed-tint
            soft,    inconclusive-tint
            passed,  card
            passed,  passed-tint
            failed,  card
            failed,  failed-tint
            skipped, card
            skipped, skipped-tint
            inconclusive, card
            inconclusive, inconclusive-tint
            passed,  quiet
            failed,  quiet
            skipped, quiet
            inconclusive, quiet
            """)
    void hasEnoughContrastInEveryColorScheme(String text, String ground) {
        List<String> schemes = matches(FINDINGS, ":root \\{([^}]*)\\}");
        assertThat(schemes).hasSize(3).allSatisfy(scheme -> {
            Map<String, String> colors = new HashMap<>();
            Pattern.compile("--([a-z-]+): #([0-9a-f]{6})")
                    .matcher(scheme)
                    .results()
                    .forEach(color -> colors.put(color.group(1), color.group(2)));
            double one = luminance(colors.getOrDefault(text, ""));
            double other = luminance(colors.getOrDefault(ground, ""));
            assertThat((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05))
                    .isGreaterThan(4.5);
        });
    }

    private static double luminance(String color) {
        int rgb = Integer.parseInt(color, 16);
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) + 0.0722 * linear(rgb & 255);
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    private static List<String> matches(String page, String pattern) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
