package dev.aiserver.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.value.Subnet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HaproxyCfgTest {
    private static final Set<EndpointSet> STRICT = EnumSet.of(EndpointSet.STRICT);
    private static final List<String> NAMES = List.of("remote-ollama", "remote-ollama.tail1234.ts.net");

    private final Renderer renderer = new Renderer();

    static Stream<Arguments> configurations() {
        return Stream.of(
                Arguments.of("strict.cfg", proxy("100.64.0.1", 11434, STRICT, 11434, NAMES)),
                Arguments.of(
                        "browser.cfg",
                        new ProxyConfiguration(
                                "192.168.250.20",
                                Stream.of("192.168.250.0/24", "10.8.0.7/32")
                                        .map(Subnet::of)
                                        .toList(),
                                new ServerSpec.Proxy(
                                                8080,
                                                EnumSet.of(EndpointSet.STRICT, EndpointSet.HEALTH, EndpointSet.BROWSER))
                                        .withMaxBody(1 << 20)
                                        .withOrigins(List.of("https://chat.example.com", "app://obsidian.md"), false),
                                11435,
                                List.of("ai-server"))),
                Arguments.of(
                        "every-set.cfg",
                        proxy(
                                "100.64.0.1",
                                11434,
                                EnumSet.complementOf(EnumSet.of(EndpointSet.BROWSER, EndpointSet.ALL)),
                                11434,
                                NAMES)),
                Arguments.of("all.cfg", proxy("127.0.0.1", 65535, EnumSet.of(EndpointSet.ALL), 1, List.of())));
    }

    private static ProxyConfiguration proxy(
            String address, int port, Set<EndpointSet> sets, int ollamaPort, List<String> names) {
        return new ProxyConfiguration(
                address, new Network.Tailscale().clients(), new ServerSpec.Proxy(port, sets), ollamaPort, names);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void matchesTheGoldenFile(String golden, ProxyConfiguration configuration) throws IOException {
        String cfg = renderer.haproxyCfg(configuration);
        assertThat(cfg).matches(Pattern.compile("[\\n -~]*")).doesNotContain(" \n", "\n\n\n");
        Golden.compare(golden, cfg);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    @Tag("haproxy")
    void haproxyAcceptsItWithoutWarnings(String name, ProxyConfiguration configuration, @TempDir Path directory)
            throws IOException, InterruptedException {
        String cfg = renderer.haproxyCfg(configuration);
        Path file = Files.writeString(directory.resolve(name), cfg);
        assertAccepted(new ProcessBuilder("haproxy", "-c", "-dW", "-f", file.toString()), "");
        assertAccepted(new ProcessBuilder("haproxy", "-c", "-dW", "-f", "/dev/stdin"), cfg);
    }

    private static void assertAccepted(ProcessBuilder command, String input) throws IOException, InterruptedException {
        Process haproxy = command.redirectErrorStream(true).start();
        haproxy.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
        haproxy.getOutputStream().close();
        String output = new String(haproxy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(haproxy.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(haproxy.exitValue()).as(output).isZero();
    }

    @Test
    void timeoutsAllowForModelLoadingAndPromptProcessing() {
        Map<String, String> timeouts = renderer.haproxyCfg(proxy("100.64.0.1", 11434, STRICT, 11434, NAMES))
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("timeout "))
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[1], words -> words[2]));
        assertThat(timeouts)
                .containsEntry("server", "60m")
                .containsEntry("client", "30m")
                .containsEntry("connect", "2s")
                .containsEntry("http-request", "30s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a.",
                ".a",
                "a..b",
                "-a",
                "a-",
                "A",
                "a_b",
                "a b",
                "a\nbind *:1",
                "a\n",
                "a\r",
                "a\t",
                "a\u0000",
                "a'b",
                "a\"b",
                "a\\b",
                "a#b",
                "a$HOME",
                "a${HOME}",
                "a%[env(HOME)]",
                "a[=port]",
                "<#include 'x'>",
                "a:1",
                "a/b",
                "a*",
                "é",
                "-i"
            })
    void rejectsInvalidHostNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy("100.64.0.1", 11434, STRICT, 11434, List.of("remote-ollama", name)));
    }

    @Test
    void rejectsHostNamesLongerThanDnsAllows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy("100.64.0.1", 11434, STRICT, 11434, List.of("a".repeat(64))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy("100.64.0.1", 11434, STRICT, 11434, List.of("a.".repeat(127) + "b")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "::1",
                "[::]",
                "224.0.0.1",
                "255.255.255.255",
                "256.1.1.1",
                "1.2.3",
                "1.2.3.4.",
                "1.2.3.4.5",
                "01.2.3.4",
                "1.2.3.004",
                "1.2.3.4 ",
                "1.2.3.4\n",
                "1.2.3.4:1,:2",
                "1.2.3.4,5.6.7.8",
                "remote-ollama",
                "fd@3",
                "unix@/tmp/x",
                "١.٢.٣.٤"
            })
    void rejectsAnythingButTheAddressOfOneMachine(String address) {
        assertThatIllegalArgumentException().isThrownBy(() -> proxy(address, 11434, STRICT, 11434, NAMES));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65536, Integer.MAX_VALUE})
    void rejectsInvalidPorts(int port) {
        assertThatIllegalArgumentException().isThrownBy(() -> proxy("100.64.0.1", port, STRICT, 11434, NAMES));
        assertThatIllegalArgumentException().isThrownBy(() -> proxy("100.64.0.1", 11434, STRICT, port, NAMES));
    }

    @Test
    void neverForwardsToItself() {
        assertThatIllegalArgumentException().isThrownBy(() -> proxy("127.0.0.1", 11434, STRICT, 11434, NAMES));
    }
}
