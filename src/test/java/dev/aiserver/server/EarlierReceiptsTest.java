package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.LocalHost;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads receipts of earlier versions, which every later version must be able to read. */
class EarlierReceiptsTest {
    private static final Path RECEIPTS = Path.of("src/test/resources/receipts");

    @TempDir
    private Path home;

    static List<Path> receipts() throws IOException {
        try (Stream<Path> files = Files.list(RECEIPTS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("receipts")
    void hasEverythingThatAnUninstallNeeds(Path file) throws IOException {
        LocalHost host = new LocalHost(Map.of("HOME", home.toString()));
        ReceiptStore store = new ReceiptStore(host, home, new ManagedResources(new Layout(home)));
        Files.writeString(
                store.file(),
                Files.readString(file).replace("HOME", home.toString()).replace("ROOT", home + "/root"));

        Installation installation = Installation.of(host.ask(store.read()).orElseThrow(), store);

        ServerSpec defaults = ServerSpec.defaults();
        assertThat(installation.spec().ollamaEnvironment()).isEqualTo(defaults.ollamaEnvironment());
        assertThat(installation.spec().proxy()).isEqualTo(defaults.proxy());
        assertThat(installation.spec().logs()).isEqualTo(home.resolve("root/logs"));
        Receipt receipt = installation.receipt();
        assertThat(receipt.schema()).isEqualTo(Receipt.SCHEMA);
        assertThat(receipt.version()).isEqualTo("0.1.0");
        assertThat(receipt.address()).isEqualTo("100.101.102.103");
        for (String path : List.of(
                ".haproxy/haproxy.cfg",
                "Library/LaunchAgents/com.ollama.plist",
                "Library/LaunchAgents/com.haproxy.plist",
                ".local/share/aiserver/aiserver.jar",
                ".local/bin/aiserver")) {
            Receipt.Entry entry =
                    receipt.entry(new HostFile(home.resolve(path))).orElseThrow(() -> new AssertionError(path));
            assertThat(entry.before()).as(path).isEqualTo(State.ABSENT);
            assertThat(entry.after()).as(path).isInstanceOf(State.File.class);
        }
        Layout layout = new Layout(home);
        for (Job job : List.of(
                DesiredState.ollamaJob(defaults, layout),
                DesiredState.haproxyJob(defaults, layout, receipt.address()))) {
            Receipt.Entry entry = receipt.entry(job).orElseThrow(() -> new AssertionError(job.label()));
            assertThat(entry.resource()).isEqualTo(job);
            assertThat(entry.before()).isEqualTo(State.ABSENT);
            assertThat(entry.after()).isInstanceOf(State.Running.class);
        }
    }
}
