package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tells rejections by the proxy, in all its versions, from other responses. */
class ProxyResponsesTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void errorPagesOfHaproxyAreRejections(String name, String page) {
        assertThat(ProxyResponses.isRejected(response(page))).isTrue();
    }

    static Stream<Arguments> errorPagesOfHaproxyAreRejections() throws IOException {
        return pages("pages-of-haproxy.properties");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void otherPagesAreNoRejections(String name, String page) {
        assertThat(ProxyResponses.isRejected(response(page))).isFalse();
    }

    static Stream<Arguments> otherPagesAreNoRejections() throws IOException {
        return pages("pages-of-others.properties");
    }

    private static Stream<Arguments> pages(String resource) throws IOException {
        Properties pages = new Properties();
        try (InputStream in = ProxyResponsesTest.class.getResourceAsStream(resource)) {
            pages.load(in);
        }
        return pages.stringPropertyNames().stream()
                .sorted()
                .map(name -> Arguments.of(name, pages.getProperty(name)))
                // An empty page means that the server closed the connection without a response.
                .filter(page -> !page.get()[1].equals(""));
    }

    private static RawHttpResponse response(String page) {
        int end = page.indexOf("\r\n\r\n");
        String[] head = page.substring(0, end).split("\r\n");
        Map<String, String> headers = new HashMap<>();
        for (String line : head) {
            int colon = line.indexOf(": ");
            if (!line.startsWith("HTTP/")) {
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
            }
        }
        byte[] body = page.substring(end + 4).getBytes(StandardCharsets.UTF_8);
        return new RawHttpResponse(Integer.parseInt(head[0].split(" ")[1]), headers, body);
    }
}
