package dev.aiserver.report;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Lists responses by which a server could break a report, each with the text that the report shows. */
final class HostileTexts {
    private HostileTexts() {}

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("</script><script>alert(1)</script>", "</script><script>alert(1)</script>"),
                Arguments.of("a ]]> b <![CDATA[ c", "a ]]> b <![CDATA[ c"),
                Arguments.of("<!-- </dd></ul></main> --> <?php ?>", "<!-- </dd></ul></main> --> <?php ?>"),
                Arguments.of("\" onload=\"x\" 'y' &amp; &#0; &nosuch;", "\" onload=\"x\" 'y' &amp; &#0; &nosuch;"),
                Arguments.of("[=server] ${server} #{1} <#stop> <@sign/>", "[=server] ${server} #{1} <#stop> <@sign/>"),
                Arguments.of("\u0000\u0001\u0008\u000b\u001b[31mred\u007f\u0085\u009b", "����\ufffd[31mred���"),
                Arguments.of("lines\nand\ttabs", "lines\nand\ttabs"),
                Arguments.of("\ud800 \udc00 lone, \ufffe \uffff none", "� � lone, � � none"),
                Arguments.of("\u202eesrever\u202c \u2066x\u2069", "�esrever� �x�"),
                Arguments.of("é 漢 😀 ➜", "é 漢 😀 ➜"),
                Arguments.of("😀".repeat(3_000), "😀".repeat(2_000) + "… (1000 characters more)"),
                Arguments.of("x".repeat(32_000), "x".repeat(2_000) + "… (30000 characters more)"));
    }
}
