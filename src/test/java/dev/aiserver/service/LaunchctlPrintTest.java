package dev.aiserver.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchctlPrintTest {
    private static final Path RECORDINGS = Path.of("src/test/resources/launchctl-print");

    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> files = Files.list(RECORDINGS)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void readsRecordings(Path recording) throws IOException {
        LaunchctlPrint print = LaunchctlPrint.parse(Files.readAllBytes(recording));
        assertThat(described(print)).isEqualTo(expected(recording));
        assertThat(print.toString()).doesNotContain("stolen", "OLLAMA_HOST");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            last exit code = 99999999999999         | reason 99999999999999
            last terminating signal = Bad: 99999999999 | never
            pid = 99999999999                       | never
            exit timeout = 999999999                | never
            """)
    void impossibleNumbersAreIgnored(String line, String exit) {
        LaunchctlPrint print = LaunchctlPrint.parse(("x = {\n\t" + line + "\n}\n").getBytes(StandardCharsets.UTF_8));
        String kind = print.lastExit() instanceof LastExit.Reason reason ? "reason " + reason.description() : "never";
        assertThat(kind).isEqualTo(exit);
        assertThat(print.pid()).isEmpty();
        assertThat(print.exitTimeout()).isLessThanOrEqualTo(Duration.ofMinutes(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\n", "x = {\n", "\tx = {\n", "\tx = y\n", "\n", "}\n"})
    void unclosedNestingIsTolerated(String piece) {
        byte[] output = piece.repeat(3_000_000 / piece.length()).getBytes(StandardCharsets.UTF_8);
        assertThat(LaunchctlPrint.parse(output).isRunning()).isFalse();
        assertThat(LaunchctlPrint.runningLabels(output)).isEmpty();
        assertThat(LaunchctlPrint.disabledLabels(output)).isEmpty();
        byte[] path = "x = {\n\tpath = /a\0b\n\tstderr path = /\0\n}".getBytes(StandardCharsets.UTF_8);
        assertThat(LaunchctlPrint.parse(path).plist()).isEmpty();
        assertThat(LaunchctlPrint.parse(path).log()).isEmpty();
    }

    @Test
    void readsDisabledLabelsInBothWordings() {
        String output = """

                	disabled services = {
                		"com.ollama" => disabled
                		"com.haproxy" => enabled
                		"com.old" => true
                		"com.older" => false
                	}
                	login item associations = {
                	}
                """;
        assertThat(LaunchctlPrint.disabledLabels(output.getBytes(StandardCharsets.UTF_8)))
                .contains(Set.of("com.ollama", "com.old"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bootstrap failed", "\"com.ollama\" => disabled\n"})
    void otherTextIsNotAListOfDisabledLabels(String output) {
        assertThat(LaunchctlPrint.disabledLabels(output.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    private static Map<String, String> described(LaunchctlPrint print) {
        Map<String, String> map = new TreeMap<>();
        map.put("state", print.state());
        map.put("pid", print.pid().isPresent() ? "" + print.pid().getAsInt() : "");
        map.put("runs", "" + print.runs());
        map.put(
                "exit",
                print.lastExit() instanceof LastExit.Never
                        ? "never"
                        : print.lastExit().description());
        map.put("plist", print.plist().map(Path::toString).orElse(""));
        map.put("program", print.program().orElse(""));
        map.put("arguments", String.join(" ", print.arguments()));
        map.put("spawnType", print.spawnType().orElse(""));
        map.put("log", print.log().map(Path::toString).orElse(""));
        map.put("exitTimeOut", "" + print.exitTimeout().toSeconds());
        map.put("running", "" + print.isRunning());
        map.put("draining", "" + print.isDraining());
        return map;
    }

    private static Map<String, String> expected(Path recording) throws IOException {
        Properties properties = new Properties();
        try (Reader reader =
                Files.newBufferedReader(Path.of(recording.toString().replaceAll("\\.txt$", ".properties")))) {
            properties.load(reader);
        }
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
