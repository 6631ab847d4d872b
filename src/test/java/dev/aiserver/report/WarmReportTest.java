package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.Poller;
import dev.aiserver.models.WarmEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmReportTest {
    private static final long GB = 1_000_000_000;

    private final StringWriter written = new StringWriter();
    private final Console console = new Console(
            new BufferedReader(new StringReader("")),
            new PrintWriter(new StringWriter()),
            new PrintWriter(written),
            false,
            false,
            true);

    private static WarmEvent pulling(String model, long tenths) {
        return new WarmEvent.Pulling(model, "pulling a1b2c3", tenths * GB / 5, 2 * GB);
    }

    private static final List<WarmEvent> EVENTS = List.of(
            new WarmEvent.Waiting("Ollama does not answer"),
            new WarmEvent.Pulling("a:1", "pulling manifest", 0, 0),
            pulling("a:1", 0),
            pulling("a:1", 1),
            pulling("a:1", 1),
            pulling("a:1", 5),
            pulling("a:1", 3),
            pulling("a:1", 6),
            new WarmEvent.Retrying("a:1", "the download broke off"),
            pulling("a:1", 10),
            new WarmEvent.Pulled("a:1"),
            new WarmEvent.Failed("b:1", "no"),
            new WarmEvent.Loading("a:1"),
            new WarmEvent.Loaded("a:1", 1234));

    @Test
    void aLogGetsALineForEachTenPercentAndNoneTwice() {
        try (WarmReport report = new WarmLines(console::notice)) {
            EVENTS.forEach(report);
        }
        assertThat(written).hasToString("""
                  waiting for Ollama: Ollama does not answer
                  a:1: 0% of 2.00 GB
                  a:1: 10% of 2.00 GB
                  a:1: 50% of 2.00 GB
                  a:1: 60% of 2.00 GB
                  a:1: retrying: the download broke off
                  a:1: 100% of 2.00 GB
                  a:1: downloaded
                  b:1: no
                  a:1: loading into memory
                  a:1: loaded in 1.2 s
                """);
    }

    @Test
    void jsonIsAnObjectOnEachLine() throws IOException {
        try (WarmReport report = new WarmJson(console::notice)) {
            EVENTS.forEach(report);
        }
        List<String> lines = written.toString().lines().toList();
        assertThat(lines)
                .hasSize(EVENTS.size() - 1)
                .startsWith(
                        "{\"event\":\"waiting\",\"reason\":\"Ollama does not answer\"}",
                        "{\"event\":\"pulling\",\"model\":\"a:1\",\"status\":\"pulling manifest\",\"completed\":0,\"total\":0}")
                .endsWith("{\"event\":\"loaded\",\"model\":\"a:1\",\"millis\":1234}");
        for (String line : lines) {
            assertThat(JsonMapper.builder().build().readTree(line).path("event").asText())
                    .isNotEmpty();
        }
    }

    @Test
    void aTerminalShowsABarForEachDownloadBelowAllOtherLines() {
        try (WarmReport report = new WarmBars(console)) {
            report.accept(pulling("a:1", 1));
            report.accept(pulling("b:1", 2));
            report.accept(pulling("c:1", 0));
            // A bar drawn during a step may mix two states, and is drawn again only after the next step.
            await("a:1 .* 10% .* 200/2000MB .*");
            report.accept(pulling("a:1", 4));
            await("a:1 .* 40% .* 800/2000MB .*MB/s");
            await("b:1 .* 20% .* 400/2000MB .*MB/s");
            await("c:1 .* 0% .* 0/2000MB .*");

            report.accept(pulling("a:1", 10));
            report.accept(new WarmEvent.Pulled("a:1"));
            assertThat(screen().lines().toList())
                    .satisfiesExactly(
                            bar -> assertThat(bar).matches(" +a:1 +100% .* 2000/2000MB .*"),
                            line -> assertThat(line).isEqualTo("  a:1: downloaded"),
                            bar -> assertThat(bar).matches(" +b:1 +20% .*"),
                            bar -> assertThat(bar).matches(" +c:1 +0% .*"));
        }
        String last = written.toString();
        assertThat(last).endsWith("\n");
    }

    private void await(String line) {
        assertThat(new Poller(Duration.ofMillis(10))
                        .await(
                                Duration.ofSeconds(60),
                                () -> screen().lines().anyMatch(any -> any.matches(" +" + line))))
                .as(line + " in\n" + screen())
                .isTrue();
    }

    /** Returns what a terminal would show: moving up by some lines erases them. */
    private String screen() {
        String shown = "";
        for (String part : CleanStream.clean(written.toString()).split("\u001b\\[(?=\\d+F\u001b\\[J)")) {
            int move = part.indexOf("F\u001b[J");
            if (move > 0) {
                List<String> lines = shown.lines().toList();
                int kept = lines.size() - Integer.parseInt(part.substring(0, move));
                shown = String.join("\n", lines.subList(0, kept)) + (kept > 0 ? "\n" : "");
                shown += part.substring(move + "F\u001b[J".length());
            } else {
                shown += part;
            }
        }
        return shown;
    }
}
