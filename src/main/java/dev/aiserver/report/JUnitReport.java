package dev.aiserver.report;

import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes verdicts as JUnit XML, which Jenkins, GitHub Actions and GitLab read. An inconclusive check is an error, like
 * a test that could not run.
 */
public final class JUnitReport {
    private final XMLStreamWriter xml;

    private JUnitReport(XMLStreamWriter xml) {
        this.xml = xml;
    }

    /**
     * Returns the document.
     *
     * @param home of the user on the server, whose name is redacted
     */
    public static String of(List<Verdict> verdicts, Optional<Path> home) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            new JUnitReport(xml).suites(Redacted.verdicts(verdicts, home));
            xml.writeEndDocument();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a StringWriter does not fail", e);
        }
        return text.append('\n').toString();
    }

    private void suites(List<Verdict> verdicts) throws XMLStreamException {
        start(0, "testsuites", "aiserver verify");
        counts(verdicts);
        Map<String, List<Verdict>> groups = verdicts.stream()
                .collect(Collectors.groupingBy(Verdict::group, LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Verdict>> group : groups.entrySet()) {
            start(1, "testsuite", group.getKey());
            counts(group.getValue());
            for (Verdict verdict : group.getValue()) {
                testcase(group.getKey(), verdict);
            }
            end(1);
        }
        end(0);
    }

    private void counts(List<Verdict> verdicts) throws XMLStreamException {
        xml.writeAttribute("tests", Integer.toString(verdicts.size()));
        xml.writeAttribute("failures", count(verdicts, Outcome.Status.FAILED));
        xml.writeAttribute("errors", count(verdicts, Outcome.Status.INCONCLUSIVE));
        xml.writeAttribute("skipped", count(verdicts, Outcome.Status.SKIPPED));
    }

    private static String count(List<Verdict> verdicts, Outcome.Status status) {
        return Long.toString(
                verdicts.stream().filter(verdict -> verdict.is(status)).count());
    }

    private void testcase(String group, Verdict verdict) throws XMLStreamException {
        start(2, "testcase", verdict.id() + ": " + verdict.claim());
        xml.writeAttribute("classname", "aiserver." + group);
        xml.writeAttribute(
                "time", String.format(Locale.ROOT, "%.3f", verdict.took().toNanos() / 1e9));
        String evidence = verdict.outcome().evidence();
        String advice = verdict.outcome().advice();
        switch (verdict.outcome().status()) {
            case PASSED -> element("system-out", evidence);
            case WARNING -> element("system-out", "warning: " + evidence + "\ndo: " + advice);
            case FAILED -> problem("failure", evidence, "seen: " + evidence + "\ndo: " + advice);
            case SKIPPED -> problem("skipped", evidence, "");
            case INCONCLUSIVE -> problem("error", evidence, "inconclusive: " + evidence);
        }
        end(2);
    }

    private void element(String name, String text) throws XMLStreamException {
        newLine(3);
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void problem(String element, String message, String text) throws XMLStreamException {
        newLine(3);
        xml.writeStartElement(element);
        xml.writeAttribute("message", line(message));
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private void start(int depth, String element, String name) throws XMLStreamException {
        newLine(depth);
        xml.writeStartElement(element);
        xml.writeAttribute("name", line(name));
    }

    private void end(int depth) throws XMLStreamException {
        newLine(depth);
        xml.writeEndElement();
    }

    private void newLine(int depth) throws XMLStreamException {
        xml.writeCharacters("\n" + "  ".repeat(depth));
    }

    /** Returns the text on one line, because an XML parser reads a newline in an attribute as a space. */
    private static String line(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
