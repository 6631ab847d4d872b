package dev.aiserver.service;

import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The values of a property list in XML.
 *
 * @param values by key path with dots, {@code SoftResourceLimits.NumberOfFiles}; a boolean is {@code true} or {@code
 *     false}, and array items are numbered, {@code ProgramArguments.0}
 */
public record PropertyList(Map<String, String> values) {

    /** Deeper than any service's property list, and far from a stack overflow. */
    private static final int MAX_DEPTH = 64;

    /** In characters. A service's property list has a few thousand. */
    private static final int MAX_SIZE = 4 << 20;

    /** The limit for a key path, which is repeated for each value. */
    private static final int MAX_KEY_PATH = 1000;

    /**
     * Parses a property list.
     *
     * @throws UserError when the text is not a valid property list in XML
     */
    public static PropertyList parse(String xml) {
        if (xml.length() > MAX_SIZE) {
            throw new UserError("the property list is too large");
        }
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        // The document type names a file on Apple's server, which must not be fetched.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        Map<String, String> values = new LinkedHashMap<>();
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
            while (reader.next() != XMLStreamReader.START_ELEMENT) {
                continue;
            }
            while (reader.nextTag() == XMLStreamReader.START_ELEMENT) {
                read("", 1, reader, values);
            }
            while (reader.hasNext()) {
                reader.next();
            }
            return new PropertyList(values);
        } catch (XMLStreamException e) {
            String reason = String.valueOf(e.getMessage()).replaceFirst("(?s).*\\bMessage: ", "");
            throw new UserError("the property list is not valid XML: " + FirstLine.of(reason), e);
        }
    }

    /** Returns a value, or an empty string when the key is missing. */
    public String value(String key) {
        return values.getOrDefault(key, "");
    }

    private static void read(String path, int depth, XMLStreamReader reader, Map<String, String> values)
            throws XMLStreamException {
        if (path.length() > MAX_KEY_PATH) {
            throw new XMLStreamException("its keys are longer than " + MAX_KEY_PATH + " characters");
        }
        if (depth > MAX_DEPTH) {
            throw new XMLStreamException("it is nested more than " + MAX_DEPTH + " levels deep");
        }
        String kind = reader.getLocalName();
        switch (kind) {
            case "dict" -> readAll(path.isEmpty() ? "" : path + ".", depth, reader, values);
            case "array" -> {
                for (int item = 0; reader.nextTag() == XMLStreamReader.START_ELEMENT; item++) {
                    read(path + "." + item, depth + 1, reader, values);
                }
            }
            case "true", "false" -> {
                values.put(path, kind);
                reader.nextTag();
            }
            default -> values.put(path, reader.getElementText());
        }
    }

    private static void readAll(String prefix, int depth, XMLStreamReader reader, Map<String, String> values)
            throws XMLStreamException {
        String key = "";
        while (reader.nextTag() == XMLStreamReader.START_ELEMENT) {
            if (reader.getLocalName().equals("key")) {
                key = reader.getElementText();
            } else {
                read(prefix + key, depth + 1, reader, values);
            }
        }
    }
}
