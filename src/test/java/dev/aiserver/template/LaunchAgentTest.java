package dev.aiserver.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.dd.plist.NSDictionary;
import com.dd.plist.PropertyListParser;
import dev.aiserver.spec.ServerSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchAgentTest {
    private static final String PATH = "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    private static final String HOSTILE = "a & b <c> \"d\" 'e' ]]> &amp; <!-- \n\t é 漢 😀 ${HOME} [=home] <#stop>";
    private static final Path HOME = Path.of("/Users/ann");

    private final Renderer renderer = new Renderer();

    @Test
    void ollamaPlistMatchesTheGoldenFile() throws Exception {
        String plist = renderer.ollamaPlist(new OllamaAgent(
                Path.of("/opt/homebrew/opt/ollama/bin/ollama"),
                11434,
                ServerSpec.defaults().ollamaEnvironment(),
                HOME,
                Path.of("/tmp/ollama.stdout.log"),
                Path.of("/tmp/ollama.stderr.log")));
        Golden.compare("com.ollama.plist", plist);
        assertHolds(
                plist,
                agent(
                        "com.ollama",
                        new Object[] {"/opt/homebrew/opt/ollama/bin/ollama", "serve"},
                        30,
                        HOME,
                        "/tmp/ollama.stdout.log",
                        "/tmp/ollama.stderr.log",
                        Map.of(
                                "HOME",
                                "/Users/ann",
                                "PATH",
                                PATH,
                                "OLLAMA_HOST",
                                "127.0.0.1:11434",
                                "OLLAMA_ORIGINS",
                                "http://127.0.0.1",
                                "OLLAMA_CONTEXT_LENGTH",
                                "65536",
                                "OLLAMA_KEEP_ALIVE",
                                "-1",
                                "OLLAMA_NO_CLOUD",
                                "1")));
    }

    @Test
    void haproxyPlistMatchesTheGoldenFile() throws Exception {
        String plist = renderer.haproxyPlist(new HaproxyAgent(
                Path.of("/opt/homebrew/opt/haproxy/bin/haproxy"),
                HOME.resolve(".haproxy/haproxy.cfg"),
                HOME,
                Path.of("/tmp/haproxy.log"),
                Path.of("/tmp/haproxy.log")));
        Golden.compare("com.haproxy.plist", plist);
        assertHolds(
                plist,
                agent(
                        "com.haproxy",
                        new Object[] {
                            "/opt/homebrew/opt/haproxy/bin/haproxy",
                            "-W",
                            "-db",
                            "-f",
                            "/Users/ann/.haproxy/haproxy.cfg"
                        },
                        20,
                        HOME,
                        "/tmp/haproxy.log",
                        "/tmp/haproxy.log",
                        Map.of("HOME", "/Users/ann", "PATH", PATH)));
    }

    @Test
    void preservesHostileValues() throws Exception {
        Path home = Path.of("/Users/" + HOSTILE);
        assertHolds(
                renderer.ollamaPlist(new OllamaAgent(
                        home.resolve("ollama"),
                        1,
                        Map.of("B " + HOSTILE, HOSTILE, "A", ""),
                        home,
                        home.resolve("out"),
                        home.resolve("err"))),
                agent(
                        "com.ollama",
                        new Object[] {home.resolve("ollama").toString(), "serve"},
                        30,
                        home,
                        home.resolve("out").toString(),
                        home.resolve("err").toString(),
                        Map.of(
                                "HOME",
                                home.toString(),
                                "PATH",
                                PATH,
                                "OLLAMA_HOST",
                                "127.0.0.1:1",
                                "OLLAMA_ORIGINS",
                                "http://127.0.0.1",
                                "A",
                                "",
                                "B " + HOSTILE,
                                HOSTILE)));
        assertHolds(
                renderer.haproxyPlist(new HaproxyAgent(
                        home.resolve("haproxy"), home.resolve("cfg"), home, home.resolve("log"), home.resolve("log"))),
                agent(
                        "com.haproxy",
                        new Object[] {
                            home.resolve("haproxy").toString(),
                            "-W",
                            "-db",
                            "-f",
                            home.resolve("cfg").toString()
                        },
                        20,
                        home,
                        home.resolve("log").toString(),
                        home.resolve("log").toString(),
                        Map.of("HOME", home.toString(), "PATH", PATH)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0001", "\u001b", "\r", "\u007f\u0000", "\uFFFE", "\uFFFF", "\uD83D", "\uDE00"})
    void rejectsCharactersThatAPropertyListCannotContain(String character) {
        assertThatIllegalArgumentException().isThrownBy(() -> ollama(Map.of("A", "a" + character), HOME));
        assertThatIllegalArgumentException().isThrownBy(() -> ollama(Map.of("A" + character, "a"), HOME));
    }

    @Test
    void rejectsControlCharactersInPaths() {
        assertThatIllegalArgumentException().isThrownBy(() -> ollama(Map.of(), Path.of("/Users/a\u0001")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HaproxyAgent(HOME, Path.of("/a\u0007"), HOME, HOME, HOME));
    }

    @Test
    void rejectsRelativePaths() {
        assertThatIllegalArgumentException().isThrownBy(() -> ollama(Map.of(), Path.of("Users/ann")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HaproxyAgent(Path.of("haproxy"), HOME, HOME, HOME, HOME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HOME", "PATH", "OLLAMA_HOST", "OLLAMA_ORIGINS"})
    void rejectsVariablesThatTheTemplateSets(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ollama(Map.of(name, "0.0.0.0"), HOME))
                .withMessageContaining(name);
    }

    private static OllamaAgent ollama(Map<String, String> environment, Path home) {
        return new OllamaAgent(Path.of("/bin/ollama"), 11434, environment, home, Path.of("/out"), Path.of("/err"));
    }

    private static Map<String, Object> agent(
            String label,
            Object[] arguments,
            int exitTimeOut,
            Path home,
            String stdout,
            String stderr,
            Map<String, String> environment) {
        Map<String, Object> agent = new TreeMap<>();
        agent.put("Label", label);
        agent.put("ProgramArguments", arguments);
        agent.put("RunAtLoad", true);
        agent.put("KeepAlive", true);
        agent.put("ThrottleInterval", 10);
        agent.put("ExitTimeOut", exitTimeOut);
        agent.put("ProcessType", "Interactive");
        agent.put("WorkingDirectory", home.toString());
        agent.put("Umask", 077);
        agent.put("SoftResourceLimits", Map.of("NumberOfFiles", 16384));
        agent.put("HardResourceLimits", Map.of("NumberOfFiles", 16384));
        agent.put("StandardOutPath", stdout);
        agent.put("StandardErrorPath", stderr);
        agent.put("EnvironmentVariables", environment);
        return agent;
    }

    @Test
    void warmModelsRunsOnceAtLoginAndWaitsForOllama() throws Exception {
        String plist = new Renderer()
                .warmModelsPlist(new WarmModelsAgent(
                        Path.of("/Users/ann & co/.local/bin/aiserver"),
                        Path.of("/Users/ann & co"),
                        Path.of("/tmp/ollama.warm-models.log")));
        Golden.compare("com.ollama.warm-models.plist", plist);
        Map<String, Object> agent = new TreeMap<>();
        agent.put("Label", "com.ollama.warm-models");
        agent.put(
                "ProgramArguments",
                new Object[] {"/Users/ann & co/.local/bin/aiserver", "warm-models", "--wait", "10m"});
        agent.put("RunAtLoad", true);
        agent.put("KeepAlive", false);
        agent.put("WorkingDirectory", "/Users/ann & co");
        agent.put("Umask", 63);
        agent.put("StandardOutPath", "/tmp/ollama.warm-models.log");
        agent.put("StandardErrorPath", "/tmp/ollama.warm-models.log");
        agent.put(
                "EnvironmentVariables",
                Map.of(
                        "HOME",
                        "/Users/ann & co",
                        "PATH",
                        "/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"));
        assertHolds(plist, agent);
    }

    private static void assertHolds(String plist, Map<String, Object> expected) throws Exception {
        NSDictionary read = (NSDictionary) PropertyListParser.parse(plist.getBytes(StandardCharsets.UTF_8));
        assertThat(new TreeMap<>(read.toJavaObject() instanceof Map<?, ?> map ? asMap(map) : Map.of()))
                .usingRecursiveComparison()
                .isEqualTo(expected);
    }

    private static Map<String, Object> asMap(Map<?, ?> read) {
        Map<String, Object> map = new TreeMap<>();
        read.forEach((key, value) -> map.put((String) key, value));
        return map;
    }
}
