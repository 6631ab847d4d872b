package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.dd.plist.PropertyListParser;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.plan.Target;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every example is a configuration from which HAProxy and launchd can start. */
class ExamplesTest {
    private static final LocalHost HOST = new LocalHost(System.getenv());

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isTakenByTheProgramsThatReadWhatIsRendered(Path example) throws Exception {
        Path haproxy = HOST.find("haproxy").orElseThrow(() -> new AssertionError("install haproxy to run this test"));
        ServerSpec spec = SpecReader.read(example.toString(), Files.readString(example));
        Surroundings around = new Surroundings(
                Path.of("/opt/homebrew/bin/ollama"), haproxy, "100.64.0.1", List.of(spec.name()), Set.of(), List.of());
        Contents contents = new Contents();
        Layout layout = new Layout(Path.of("/Users/ann"));

        Blueprint blueprint = Blueprint.of(spec, around, layout, Optional.empty(), contents);

        for (Target target : blueprint.targets()) {
            if (target.resource() instanceof HostFile file && target.state() instanceof State.File state) {
                byte[] bytes = contents.get(state.digest()).bytes();
                if (file.path().toString().endsWith(".plist")) {
                    assertThat(PropertyListParser.parse(bytes).toJavaObject()).isInstanceOf(Map.class);
                } else {
                    CommandResult result = HOST.run(Command.of(haproxy.toString(), "-c", "-dW", "-f", "/dev/stdin")
                            .reading(bytes));
                    assertThat(result.exitCode()).as(result.errorText()).isZero();
                }
            }
        }
    }

    @Test
    void theOneWithEveryKeyShowsTheDefaults() throws IOException {
        Path everything = Path.of("examples/everything.yaml");
        ServerSpec spec = SpecReader.read(everything.toString(), Files.readString(everything));
        ServerSpec defaults = ServerSpec.defaults();
        assertThat(new ServerSpec(
                        spec.name(),
                        defaults.network(),
                        spec.proxy(),
                        spec.ollama(),
                        defaults.models(),
                        spec.warmAtLogin(),
                        spec.logs()))
                .isEqualTo(defaults);
    }
}
