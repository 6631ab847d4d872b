package dev.aiserver.service;

import dev.aiserver.host.Trouble;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * The values of a property list in XML.
 *
 * @param values by the keys on the way to them with dots between, {@code SoftResourceLimits.NumberOfFiles}; a boolean is
 *     {@code true} or {@code false}, and the items of an array are numbered, {@code ProgramArguments.0}
 */
public record PropertyList(Map<String, String> values) {

    /** @throws Trouble for what is none */
    public static PropertyList parse(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            // The document type names a file on Apple's server; nothing is to be fetched for a proof.
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            Map<String, String> values = new LinkedHashMap<>();
            for (Element top : elements(
                    builder.parse(new InputSource(new StringReader(xml))).getDocumentElement())) {
                read("", top, values);
            }
            return new PropertyList(values);
        } catch (SAXException | ParserConfigurationException | IOException e) {
            throw new Trouble("the property list is not in XML: " + e.getMessage(), e);
        }
    }

    /** Empty when there is none. */
    public String value(String key) {
        return values.getOrDefault(key, "");
    }

    private static void read(String path, Element element, Map<String, String> values) {
        switch (element.getTagName()) {
            case "dict" -> readAll(path.isEmpty() ? "" : path + ".", element, values);
            case "true", "false" -> values.put(path, element.getTagName());
            case "array" -> {
                int item = 0;
                for (Element each : elements(element)) {
                    read(path + "." + item++, each, values);
                }
            }
            default -> values.put(path, element.getTextContent());
        }
    }

    private static void readAll(String prefix, Element dictionary, Map<String, String> values) {
        String key = "";
        for (Element element : elements(dictionary)) {
            if (element.getTagName().equals("key")) {
                key = element.getTextContent();
            } else {
                read(prefix + key, element, values);
            }
        }
    }

    private static List<Element> elements(Element parent) {
        List<Element> elements = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                elements.add(element);
            }
        }
        return elements;
    }
}
