package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiserver.host.Content;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.StateStore;
import dev.aiserver.preflight.HostFacts;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import dev.aiserver.template.Renderer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Receipts and journals may name only changes that aiserver can make. */
class ManagedResourcesTest {
    private static final String DIGEST = Content.of("x").digest();
    private static final String FILE = "{\"is\":\"file\",\"digest\":\"" + DIGEST + "\",\"mode\":420}";
    private static final String ABSENT = "{\"is\":\"absent\"}";
    private static final String PRESENT = "{\"is\":\"present\"}";

    @TempDir
    private Path home;

    private Layout layout;
    private LocalHost host;
    private StateStore records;

    @BeforeEach
    void aHomeWithRecords() throws IOException {
        layout = new Layout(home);
        host = new LocalHost(Map.of("HOME", home.toString(), "PATH", System.getenv("PATH")));
        records = StateStore.in(host, layout.state(), Clock.systemUTC(), new ManagedResources(layout));
        Files.createDirectory(layout.state());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "logs: /Volumes/data/logs",
                "logs: ~/logs/of the server",
                "warm-at-login: true",
                "logs: /tmp"
            })
    void coversEverythingThatAnInstallCreates(String configuration) {
        ServerSpec spec = SpecReader.read("test", configuration);
        Receipt receipt = Receipt.empty("test", spec.asConfiguration(), "100.64.0.1", List.of());
        HostFacts facts = new HostFacts(
                Path.of("/opt/homebrew/bin/ollama"),
                Path.of("/opt/homebrew/bin/haproxy"),
                "100.64.0.1",
                List.of(spec.name()),
                Set.of("ollama", "haproxy"),
                List.of(),
                Optional.empty());
        App app = new App(Content.of("jar"), Content.of("command"));
        DesiredState desired = DesiredState.of(
                spec, facts, layout, new Release("test", Optional.of(app), new Renderer()), new Contents());
        assertThat(desired.targets()).hasSizeGreaterThan(14);
        for (DesiredResource target : desired.targets()) {
            assertThat(new ManagedResources(layout)
                            .covers(receipt, new Change(target.resource(), State.ABSENT, target.state())))
                    .as(target.resource().id())
                    .isTrue();
        }
    }

    @Test
    void coversTheRemovalOfAUsersAgent() {
        ManagedResources own = new ManagedResources(layout);
        Receipt receipt = Receipt.empty("test", Map.of(), "", List.of());
        Path plist = layout.launchAgents().resolve("homebrew.mxcl.ollama.plist");
        State file = new State.File(DIGEST, 0644);
        assertThat(own.covers(receipt, new Change(new HostFile(plist), file, State.ABSENT)))
                .isTrue();
        ExistingJob job = new ExistingJob("homebrew.mxcl.ollama", plist, List.of());
        assertThat(own.covers(receipt, new Change(job, State.PRESENT, State.ABSENT)))
                .isTrue();
    }

    private static String entry(String resource, String before, String after) {
        return "{\"resource\":{" + resource + "},\"before\":" + before + ",\"after\":" + after + "}";
    }

    /** Lists entries that would make an uninstall delete, stop, start or overwrite something else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'kind':'file','path':'HOME/Documents/thesis.txt' | ABSENT | FILE",
                "'kind':'file','path':'HOME/.ssh/authorized_keys' | FILE | ABSENT",
                "'kind':'file','path':'/etc/hosts' | ABSENT | FILE",
                "'kind':'file','path':'HOME/.haproxy/../.bashrc' | ABSENT | FILE",
                "'kind':'file','path':'HOME/Library/LaunchAgents/com.other.plist' | ABSENT | FILE",
                "'kind':'file','path':'HOME/Library/LaunchAgents/sub/x.plist' | FILE | ABSENT",
                "'kind':'file','path':'Library/LaunchAgents/com.ollama.plist' | ABSENT | FILE",
                "'kind':'file','path':'HOME/.aiserver/receipt.json' | ABSENT | FILE",
                "'kind':'file','path':'HOME/.haproxy/haproxy.cfg' | {'is':'file','digest':'../../.bashrc','mode':420} | ABSENT",
                "'kind':'file','path':'HOME/.haproxy/haproxy.cfg' | {'is':'file','digest':'ab','mode':420} | ABSENT",
                "'kind':'file','path':'HOME/.local/bin/aiserver' | {'is':'file','digest':'DIGEST','mode':2541} | ABSENT",
                "'kind':'directory','path':'HOME/Documents','mode':448 | ABSENT | PRESENT",
                "'kind':'directory','path':'HOME','mode':448 | ABSENT | PRESENT",
                "'kind':'directory','path':'/tmp','mode':448 | ABSENT | PRESENT",
                "'kind':'directory','path':'HOME/.local/lib','mode':448 | ABSENT | PRESENT",
                "'kind':'login-job','label':'com.apple.finder','plist':'HOME/Library/LaunchAgents/com.apple.finder.plist' | ABSENT | PRESENT",
                "'kind':'login-job','label':'com.ollama.warm-models','plist':'/tmp/x.plist' | ABSENT | PRESENT",
                "'kind':'job','label':'com.other','plist':'HOME/Library/LaunchAgents/com.other.plist','order':1,'reloads':false,HEALTH | ABSENT | PRESENT",
                "'kind':'job','label':'com.ollama','plist':'HOME/evil.plist','order':1,'reloads':false,HEALTH | ABSENT | PRESENT",
                "'kind':'earlier-job','label':'com.other','plist':'HOME/Library/LaunchAgents/com.other.plist','addresses':[] | ABSENT | PRESENT",
                "'kind':'earlier-job','label':'com.other','plist':'/tmp/com.other.plist','addresses':[] | PRESENT | ABSENT",
                "'kind':'earlier-job','label':'../x','plist':'HOME/Library/LaunchAgents/x.plist','addresses':[] | PRESENT | ABSENT",
                "'kind':'package','formula':'--evil' | PRESENT | PRESENT",
                "'kind':'script','path':'HOME/x' | ABSENT | PRESENT",
            })
    void rejectsRecordsThatNameAnythingElse(String row) throws IOException {
        String[] cells = row.split(" \\| ");
        String entry = entry(filled(cells[0]), filled(cells[1]), filled(cells[2]));
        String receipt = "{\"schema\":2,\"version\":\"0.1.0\",\"configuration\":{},\"address\":\"\",\"hostNames\":[],"
                + "\"entries\":[%s]}";
        Path file = layout.state().resolve("receipt.json");
        Files.writeString(file, receipt.formatted(entry));
        assertThat(Files.readString(file)).doesNotContain("'");
        refuses(() -> host.ask(records.receipts().read()), "receipt.json");

        Files.writeString(file, receipt.formatted(""));
        assertThat(host.ask(records.receipts().read())).isPresent();
        Files.writeString(
                layout.state().resolve("journal.json"),
                ("{\"schema\":1,\"doing\":\"install\",\"since\":\"now\",\"before\":%1$s,\"after\":%1$s,"
                                + "\"changes\":[%2$s],\"services\":[],\"backups\":[]}")
                        .formatted(receipt.formatted(""), entry));
        refuses(() -> host.ask(records.journals().open()), "journal.json");
    }

    private String filled(String text) {
        return text.replace("HEALTH", "'health':{'address':'127.0.0.1','port':1,'host':'x','path':'/api/version'}")
                .replace('\'', '"')
                .replace("HOME", home.toString())
                .replace("DIGEST", DIGEST)
                .replaceFirst("^FILE$", FILE)
                .replaceFirst("^ABSENT$", ABSENT)
                .replaceFirst("^PRESENT$", PRESENT);
    }

    private static void refuses(Runnable reading, String file) {
        UserError error = catchThrowableOfType(UserError.class, reading::run);
        assertThat(error).isNotNull();
        assertThat(error.kind()).isEqualTo(UserError.Kind.DAMAGED);
        assertThat(error.sentence()).contains(file + " cannot be used: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"../../.bashrc\"", "\"/etc/hosts\"", "\"\""})
    void rejectsJournalsWithBackupsThatAreNotDigests(String backup) throws IOException {
        String receipt =
                "{\"schema\":2,\"version\":\"0.1.0\",\"configuration\":{},\"address\":\"\",\"hostNames\":[],\"entries\":[]}";
        Files.writeString(
                layout.state().resolve("journal.json"),
                ("{\"schema\":1,\"doing\":\"install\",\"since\":\"now\",\"before\":%1$s,\"after\":%1$s,"
                                + "\"changes\":[],\"services\":[],\"backups\":[%2$s]}")
                        .formatted(receipt, backup));
        refuses(() -> host.ask(records.journals().open()), "journal.json");
    }
}
