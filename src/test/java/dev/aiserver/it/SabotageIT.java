package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sabotages each layer in turn, and proves that the rehearsal fails. */
@Tag("root")
class SabotageIT {

    /** Makes HAProxy's parser accept invalid requests; the option has two names. */
    private static final String LENIENT = """
            .if version_atleast(3.1)
                option accept-unsafe-violations-in-http-request
            .else
                option accept-invalid-http-request
            .endif""";

    @Test
    void aRehearsalPassesAndLeavesNothing() {
        try (Mac mac = new Mac()) {
            Map<String, ?> before = mac.tree();
            Run run = mac.command(mac.checkout() + "/install", "--rehearse", "--yes");
            run.exits(0);
            assertThat(run.out()).contains("verify blocked", "processes left", "Rehearsal passed in ");
            assertThat(mac.tree()).isEqualTo(before);
            assertThat(mac.root().toFile().list()).noneMatch(name -> name.startsWith("aiserver-rehearsal"));
        }
    }

    @Test
    void twoRehearsalsRunAtOnce() {
        try (Mac mac = new Mac()) {
            String both = mac.checkout() + "/install --rehearse --yes & " + mac.checkout()
                    + "/install --rehearse --yes && wait $!";
            Run run = mac.command("sh", "-c", both);
            run.exits(0);
            assertThat(run.out().split("Rehearsal passed", -1)).hasSize(3);
        }
    }

    /** Replaces a text of a template; the step or the check of that name must fail. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        com.ollama.plist.ftlx | <string>127.0.0.1:[=port] | <string>0.0.0.0:[=port] | install: start    com.haproxy: The installation would expose this machine: bindings.ollama
        com.ollama.plist.ftlx | <key>OLLAMA_HOST</key>    | <key>OLLAMA_HOTS</key>  | install: start    com.ollama
        haproxy.cfg.ftl | acl origin_form url_beg / | acl origin_form url_beg /§http-request set-var(txn.served) bool(true) if { path /api/ps } | verify blocked.
        haproxy.cfg.ftl | option disable-h2-upgrade | option disable-h2-upgrade§LENIENT | verify blocked.malformed.
        haproxy.cfg.ftl | bind [=bindAddress]:[=proxy.port] | bind *:[=proxy.port] | install: start    com.haproxy: The installation would expose this machine: bindings.haproxy
        haproxy.cfg.ftl | http-request deny deny_status 421 if !known_host | | verify name.unknown
        haproxy.cfg.ftl | set-header Host 127.0.0.1:[=ollamaPort] | set-header Host remote-ollama | install: start    com.haproxy
        haproxy.cfg.ftl | mode http | mode tpc | plan: The new
        com.haproxy.plist.ftlx | <string>-f</string> | <string>-x</string> | install: start    com.haproxy
        """)
    void aSabotagedTemplateFailsTheRehearsal(String template, String from, String to, String check) throws IOException {
        try (Mac mac = new Mac()) {
            sabotage(
                    mac.checkout().resolve("target/aiserver.jar"),
                    template,
                    from,
                    to == null ? "" : to.replace("LENIENT", LENIENT).replace('§', '\n'));
            Run run = mac.command(mac.checkout() + "/install", "--rehearse", "--yes");
            run.exits(1);
            assertThat(run.out()).contains("Rehearsal failed at " + check);
        }
    }

    static void sabotage(Path jar, String template, String from, String to) throws IOException {
        try (FileSystem files = FileSystems.newFileSystem(jar)) {
            Path entry = files.getPath("templates", template);
            String text = Files.readString(entry);
            assertThat(text).contains(from);
            Files.writeString(entry, text.replace(from, to));
        }
    }
}
