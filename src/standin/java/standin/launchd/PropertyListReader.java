package standin.launchd;

import com.dd.plist.BinaryPropertyListParser;
import com.dd.plist.NSObject;
import com.dd.plist.PropertyListFormatException;
import com.dd.plist.XMLPropertyListParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.ParserConfigurationException;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Parses the two property list formats that launchd accepts: XML and binary. */
final class PropertyListReader {
    private static final String BINARY = "bplist";

    private PropertyListReader() {}

    static NSObject parse(byte[] bytes) throws LaunchdFailure {
        String start = new String(bytes, 0, Math.min(BINARY.length(), bytes.length), StandardCharsets.US_ASCII);
        try {
            NSObject root = start.equals(BINARY) ? BinaryPropertyListParser.parse(bytes) : parseXml(bytes);
            if (root == null) {
                throw new LaunchdFailure(LaunchdError.INVALID_PROPERTY_LIST);
            }
            return root;
        } catch (IOException
                | SAXException
                | PropertyListFormatException
                | ParserConfigurationException
                | RuntimeException e) {
            // The parser lets any exception of its conversions escape; for launchd each means an invalid file.
            throw new LaunchdFailure(LaunchdError.INVALID_PROPERTY_LIST, e);
        }
    }

    private static NSObject parseXml(byte[] bytes)
            throws IOException, SAXException, PropertyListFormatException, ParserConfigurationException {
        DocumentBuilder builder = XMLPropertyListParser.getDocBuilder();
        // The default handler prints to standard error.
        builder.setErrorHandler(new DefaultHandler());
        return XMLPropertyListParser.parse(builder.parse(new ByteArrayInputStream(bytes)));
    }
}
