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
                .collect(Collectors.groupingBy(JUnitReport::group, LinkedHashMap::new, Collectors.toList()));
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

    /** Returns the group of a check: the part of its id before the first dot. */
    static String group(Verdict verdict) {
        return verdict.id().split("\\.", 2)[0];
    }

    private void counts(List<Verdict> verdicts) throws XMLStreamException {
        xml.writeAttribute("tests", Integer.toString(verdicts.size()));
        xml.writeAttribute("failures", count(verdicts, Outcome.Failed.class));
        xml.writeAttribute("errors", count(verdicts, Outcome.Inconclusive.class));
        xml.writeAttribute("skipped", count(verdicts, Outcome.Skipped.class));
    }

    private static String count(List<Verdict> verdicts, Class<? extends Outcome> kind) {
        return Long.toString(
                verdicts.stream().map(Verdict::outcome).filter(kind::isInstance).count());
    }

    private void testcase(String group, Verdict verdict) throws XMLStreamException {
        start(2, "testcase", verdict.id() + ": " + verdict.claim());
        xml.writeAttribute("classname", "aiserver." + group);
        xml.writeAttribute(
                "time", String.format(Locale.ROOT, "%.3f", verdict.took().toNanos() / 1e9));
        Outcome outcome = verdict.outcome();
        if (outcome instanceof Outcome.Passed passed) {
            newLine(3);
            xml.writeStartElement("system-out");
            xml.writeCharacters(passed.evidence());
            xml.writeEndElement();
        } else if (outcome instanceof Outcome.Warned warned) {
            newLine(3);
            xml.writeStartElement("system-out");
            xml.writeCharacters("warning: " + warned.evidence() + "\ndo: " + warned.advice());
            xml.writeEndElement();
        } else if (outcome instanceof Outcome.Failed failed) {
            problem("failure", failed.evidence());
            xml.writeCharacters("seen: " + failed.evidence() + "\ndo: " + failed.fix());
            xml.writeEndElement();
        } else if (outcome instanceof Outcome.Skipped skipped) {
            problem("skipped", skipped.reason());
            xml.writeEndElement();
        } else if (outcome instanceof Outcome.Inconclusive inconclusive) {
            problem("error", inconclusive.reason());
            xml.writeCharacters("inconclusive: " + inconclusive.reason());
            xml.writeEndElement();
        }
        end(2);
    }

    private void problem(String element, String message) throws XMLStreamException {
        newLine(3);
        xml.writeStartElement(element);
        xml.writeAttribute("message", line(message));
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
