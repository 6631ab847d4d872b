package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.dd.plist.PropertyListParser;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import dev.aiserver.spec.Inventory;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import dev.aiserver.template.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** HAProxy and launchd accept the rendered files of every example. */
class ExamplesTest {
    private static final LocalHost HOST = new LocalHost(System.getenv());

    /** Returns each file, and each host that it names. */
    static Stream<Arguments> examples() throws IOException {
        List<Arguments> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            for (Path file : files.sorted().toList()) {
                Inventory inventory = SpecReader.inventory(file.toString(), Files.readString(file));
                all.add(Arguments.of(file, "", inventory.spec()));
                inventory.names().forEach(host -> all.add(Arguments.of(file, host, inventory.of(host))));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("examples")
    @Tag("haproxy")
    void theRenderedFilesAreAccepted(Path example, String host, ServerSpec spec) throws Exception {
        Path haproxy = HOST.find("haproxy").orElseThrow(() -> new AssertionError("install haproxy to run this test"));
        HostFacts facts = new HostFacts(
                Path.of("/opt/homebrew/bin/ollama"),
                haproxy,
                "100.64.0.1",
                List.of(spec.name()),
                Set.of(),
                List.of(),
                Optional.empty());
        Contents contents = new Contents();
        Layout layout = new Layout(Path.of("/Users/ann"));

        DesiredState desired =
                DesiredState.of(spec, facts, layout, new Release("0.1.0", Optional.empty(), new Renderer()), contents);

        for (DesiredResource target : desired.targets()) {
            if (target.resource() instanceof HostFile file && target.state() instanceof State.File state) {
                byte[] bytes = contents.get(state.digest()).bytes();
                if (file.path().toString().endsWith(".plist")) {
                    assertThat(PropertyListParser.parse(bytes).toJavaObject()).isInstanceOf(Map.class);
                } else {
                    CommandResult result = HOST.run(Command.of(haproxy.toString(), "-c", "-dW", "-f", "/dev/stdin")
                            .withStdin(bytes));
                    assertThat(result.exitCode()).as(result.errorText()).isZero();
                }
            }
        }
    }

    @Test
    void theFleetExampleOverridesSettingsPerHost() throws IOException {
        Path file = Path.of("examples/fleet.yaml");
        Inventory fleet = SpecReader.inventory(file.toString(), Files.readString(file));
        assertThat(fleet.names()).containsExactly("mac-studio-1", "mac-studio-2", "ann@mac-ultra:2222", "mac-lab");
        assertThat(fleet.of("mac-studio-2")).isEqualTo(fleet.spec());
        assertThat(fleet.of("ann@mac-ultra:2222").name()).isEqualTo("ai-large");
        assertThat(fleet.of("ann@mac-ultra:2222").models()).containsExactly("qwen3-coder", "llama3.2");
        assertThat(fleet.of("mac-lab").network()).isEqualTo(new Network.Address("192.168.250.20"));
        assertThat(fleet.of("mac-lab").models()).containsExactly("llama3.2");
        assertThat(fleet.of("mac-lab").proxy()).isEqualTo(fleet.spec().proxy());
    }

    @Test
    void theExampleWithEveryKeyShowsTheDefaults() throws IOException {
        Path everything = Path.of("examples/everything.yaml");
        ServerSpec spec = SpecReader.read(everything.toString(), Files.readString(everything));
        ServerSpec defaults = ServerSpec.defaults();
        assertThat(spec.withNetwork(defaults.network())
                        .withOllama(defaults.ollama())
                        .withModels(defaults.models()))
                .isEqualTo(defaults);
        assertThat(spec.ollamaEnvironment()).isEqualTo(defaults.ollamaEnvironment());
        assertThat(spec.ollama().port()).isEqualTo(defaults.ollama().port());
    }
}
