package dev.aiserver.report;

import static dev.aiserver.report.Verdicts.passed;
import static dev.aiserver.report.Verdicts.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.template.Golden;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class JUnitReportTest {

    @Test
    void isWrittenAsExpected() throws IOException {
        Golden.compare("verify-report.xml", JUnitReport.of(Verdicts.FINDINGS, Optional.empty()));
    }

    @Test
    void countsEveryOutcomePerGroupAndInTotal() throws Exception {
        Document xml = parsed(JUnitReport.of(Verdicts.FINDINGS, Optional.empty()));
        assertThat(counts(xml.getDocumentElement())).isEqualTo("aiserver verify 9 4 1 1");
        assertThat(counts(element(xml, "testsuite", 0))).isEqualTo("services 2 1 0 0");
        assertThat(xml.getElementsByTagName("testcase").getLength()).isEqualTo(9);
        assertThat(xml.getElementsByTagName("failure").getLength()).isEqualTo(4);
        assertThat(xml.getElementsByTagName("error").getLength()).isEqualTo(1);
        assertThat(xml.getElementsByTagName("skipped").getLength()).isEqualTo(1);
    }

    private static String counts(Element element) {
        return String.join(
                " ",
                element.getAttribute("name"),
                element.getAttribute("tests"),
                element.getAttribute("failures"),
                element.getAttribute("errors"),
                element.getAttribute("skipped"));
    }

    @Test
    void containsNoUserNameAndNoSecret() {
        List<Verdict> verdicts = List.of(
                verdict("a.a", "of jo", new Outcome.Failed("jo in /Users/ann/x, password: hunter2", "ask ann")),
                verdict("b.b", "b", new Outcome.Warned("x-api-key: hunter2", "jo")),
                verdict("c.c", "c", new Outcome.Skipped("token=hunter2 of ann")),
                verdict("d.d", "d", new Outcome.Inconclusive("http://ann:hunter2@proxy/")));
        assertThat(JUnitReport.of(verdicts, Optional.of(Path.of("/Users/jo"))))
                .contains("of [user]", "[user] in ~/x, password: [secret]", "ask [user]")
                .doesNotContain("hunter2", "ann", " jo");
    }

    @ParameterizedTest
    @MethodSource("dev.aiserver.report.HostileTexts#texts")
    void staysValidForEveryResponse(String hostile, String shown) throws Exception {
        Document xml = parsed(JUnitReport.of(
                List.of(
                        verdict("a." + hostile, hostile, passed(hostile)),
                        verdict("b.b", "b", new Outcome.Failed(hostile, hostile)),
                        verdict("c.c", "c", new Outcome.Skipped(hostile)),
                        verdict("d.d", "d", new Outcome.Inconclusive(hostile))),
                Optional.empty()));
        String line = shown.strip().replaceAll("\\s+", " ");
        assertThat(element(xml, "system-out", 0).getTextContent()).isEqualTo(shown);
        assertThat(element(xml, "failure", 0).getTextContent()).isEqualTo("seen: " + shown + "\ndo: " + shown);
        assertThat(element(xml, "failure", 0).getAttribute("message")).isEqualTo(line);
        assertThat(element(xml, "skipped", 0).getAttribute("message")).isEqualTo(line);
        assertThat(element(xml, "error", 0).getAttribute("message")).isEqualTo(line);
    }

    @Test
    void isACompleteDocumentWithoutVerdicts() throws Exception {
        assertThat(counts(parsed(JUnitReport.of(List.of(), Optional.empty())).getDocumentElement()))
                .isEqualTo("aiserver verify 0 0 0 0");
    }

    private static Element element(Document xml, String name, int index) {
        return (Element) xml.getElementsByTagName(name).item(index);
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }
}
