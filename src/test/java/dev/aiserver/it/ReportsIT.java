package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Proves that the XML, HTML and JSON reports of one verification agree. */
@Tag("root")
class ReportsIT {
    private static final Map<String, String> ELEMENTS =
            Map.of("failed", "failure", "inconclusive", "error", "skipped", "skipped");

    @Test
    void theReportsOfOneVerificationAgree() throws Exception {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            Path html = mac.root().resolve("report.html");
            Path junit = mac.root().resolve("report.xml");

            Run good = mac.aiserver("verify", "--json", "--html", html.toString(), "--junit", junit.toString());
            good.exits(0);
            assertThat(agreed(good, junit))
                    .containsKeys("passed", "skipped")
                    .doesNotContainKeys("failed", "inconclusive");
            assertThat(html).content().contains("remote-ollama: verified").doesNotContain("/Users/", "/home/");

            mac.write(mac.home().resolve(".haproxy/haproxy.cfg"), "# edited");
            Run bad = mac.aiserver("verify", "--json", "--html", html.toString(), "--junit", junit.toString());
            bad.exits(3);
            assertThat(agreed(bad, junit)).containsEntry("failed", 1L);
            assertThat(html).content().contains("remote-ollama: not verified", "haproxy.cfg");

            assertUnwritableReportLosesNothing(mac);
        }
    }

    private static void assertUnwritableReportLosesNothing(Mac mac) throws Exception {
        Path nowhere = mac.root().resolve("nowhere/report.xml");
        Path html = mac.root().resolve("another.html");
        String[] command = {"verify", "--only", "bindings.*", "--junit", nowhere.toString(), "--html", html.toString()};
        String sentence = "aiserver: --junit " + nowhere + ": could not write the report (no such folder). "
                + "Name a file in a folder that exists and that you may write to.\n";

        Run said = mac.aiserver(command);
        said.exits(2);
        assertThat(said.err()).isEqualTo(sentence);
        assertThat(said.out()).contains("Ollama listens on loopback only", "Verified: 5 passed, 0 failed");
        assertThat(html).content().contains("Ollama listens on loopback only");

        List<String> withJson = new ArrayList<>(List.of(command));
        withJson.add("--json");
        Run json = mac.aiserver(withJson.toArray(String[]::new));
        json.exits(2);
        assertThat(json.err()).isEqualTo(sentence);
        JsonNode document = JsonMapper.builder().build().readTree(json.out());
        assertThat(document.path("outcome").asText()).isEqualTo("verified");
        assertThat(document.path("checks")).hasSize(5);
    }

    /** Compares the XML with the JSON document check by check. Returns how many checks had each outcome. */
    private static Map<String, Long> agreed(Run run, Path junit) throws Exception {
        Map<String, String> outcomes = new TreeMap<>();
        Map<String, Long> counts = new TreeMap<>();
        for (JsonNode check : JsonMapper.builder().build().readTree(run.out()).path("checks")) {
            String outcome = check.path("outcome").asText();
            outcomes.put(check.path("id").asText(), ELEMENTS.getOrDefault(outcome, "system-out"));
            counts.merge(outcome, 1L, Long::sum);
        }
        Element suites = parsed(junit.toFile()).getDocumentElement();
        assertThat(suites.getTagName()).isEqualTo("testsuites");
        assertThat(counted(suites)).isEqualTo(totals(counts, outcomes.size()));
        NodeList cases = suites.getElementsByTagName("testcase");
        Map<String, String> inXml = new TreeMap<>();
        for (int i = 0; i < cases.getLength(); i++) {
            Element one = (Element) cases.item(i);
            String id = one.getAttribute("name").split(": ", 2)[0];
            assertThat(one.getAttribute("classname")).isEqualTo("aiserver." + id.split("\\.")[0]);
            inXml.put(id, ((Element) one.getElementsByTagName("*").item(0)).getTagName());
        }
        assertThat(inXml).isEqualTo(outcomes);
        NodeList groups = suites.getElementsByTagName("testsuite");
        Map<String, Long> sums = new TreeMap<>();
        for (int i = 0; i < groups.getLength(); i++) {
            counted((Element) groups.item(i)).forEach((name, count) -> sums.merge(name, count, Long::sum));
        }
        assertThat(sums).as("the groups together").isEqualTo(counted(suites));
        return counts;
    }

    private static Map<String, Long> totals(Map<String, Long> counts, long all) {
        return new TreeMap<>(Map.of(
                "tests", all,
                "failures", counts.getOrDefault("failed", 0L),
                "errors", counts.getOrDefault("inconclusive", 0L),
                "skipped", counts.getOrDefault("skipped", 0L)));
    }

    private static Map<String, Long> counted(Element element) {
        Map<String, Long> counts = new TreeMap<>();
        for (String name : List.of("tests", "failures", "errors", "skipped")) {
            counts.put(name, Long.valueOf(element.getAttribute(name)));
        }
        return counts;
    }

    private static Document parsed(File file) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
    }
}
