package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.server.Status;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final String URL = "http://remote-ollama:11434";
    private static final String ADDRESS = "100.101.102.103";
    private static final Status.Address PRESENT = new Status.Address(ADDRESS, true, "", "", "");
    private static final Status.Service OLLAMA = new Status.Service("com.ollama", "running", 12739, "");

    private static final Status.LogSize LOGS = new Status.LogSize("/Users/ann/Library/Logs/aiserver", 12_345_678, "");

    private static String text(Status.Snapshot snapshot) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        Console plain = new Console(new BufferedReader(new StringReader("")), nowhere, nowhere, false, false, false);
        return new StatusText(plain, Path.of("/Users/ann")).of(snapshot);
    }

    @Test
    void aHealthyServerFitsIntoAFewLines() {
        OffsetDateTime later = OffsetDateTime.parse("2318-01-01T00:00:00Z");
        assertThat(text(new Status.Snapshot(
                        URL,
                        PRESENT,
                        List.of(),
                        "",
                        List.of(OLLAMA, new Status.Service("com.haproxy", "running", 12850, "")),
                        List.of("ollama (pid 12739) on 127.0.0.1:11434"),
                        List.of(),
                        LOGS,
                        List.of(),
                        List.of(),
                        "0.16.2",
                        List.of("qwen3:8b", "llava:latest"),
                        List.of(new LoadedModel("qwen3:8b", "d", 1, 1, 4096, later)))))
                .isEqualTo("""
                        healthy  http://remote-ollama:11434
                          com.ollama    running, pid 12739
                          com.haproxy   running, pid 12850
                          listens       ollama (pid 12739) on 127.0.0.1:11434
                          logs          ~/Library/Logs/aiserver, 12 MB
                          Ollama        0.16.2
                          on disk       qwen3:8b, llava:latest
                          in memory     qwen3:8b
                        """);
    }

    @Test
    void aMissingAddressIsShownFirstAndALongLabelWidensTheTable() {
        Status.Address stopped = new Status.Address(
                ADDRESS,
                false,
                "",
                ADDRESS + " is not on this machine now: Tailscale is switched off",
                "connect it with the app or \"tailscale up\"");
        assertThat(text(new Status.Snapshot(
                        URL,
                        stopped,
                        List.of("mini"),
                        "the install that began 2026-11-24T20:31:07Z did not end",
                        List.of(
                                OLLAMA,
                                new Status.Service("com.haproxy", "spawn scheduled", 0, "waiting"),
                                new Status.Service("com.ollama.warm-models", "loaded, has not run yet", 0, "")),
                        List.of(),
                        List.of("/Users/ann/.haproxy/haproxy.cfg"),
                        new Status.LogSize("/Volumes/logs", 1_260_000_000, "rotate them"),
                        List.of(new ConflictingServer(
                                Optional.empty(),
                                "/Users/ann/Applications/Ollama.app is installed",
                                "do not open it",
                                false)),
                        List.of(
                                "Could not determine what listens on port 11434: \"lsof\" failed (it did not answer in time)."),
                        "0.16.2",
                        List.of(),
                        List.of())))
                .isEqualTo("""
                        unhealthy  http://remote-ollama:11434
                          Address: 100.101.102.103 is not on this machine now: Tailscale is switched off. To fix it, connect it with the app or "tailscale up". Until then, launchd restarts com.haproxy every 10 s.
                          Tailscale now names this machine mini, which the proxy rejects (421). Run "aiserver install".
                          unfinished  the install that began 2026-11-24T20:31:07Z did not end
                          com.ollama              running, pid 12739
                          com.haproxy             spawn scheduled  waiting
                          com.ollama.warm-models  loaded, has not run yet
                          edited                  ~/.haproxy/haproxy.cfg  ("aiserver plan" shows the edit)
                          logs                    /Volumes/logs, 1.2 GB  rotate them
                          conflict                ~/Applications/Ollama.app is installed; do not open it
                          inconclusive            Could not determine what listens on port 11434: "lsof" failed (it did not answer in time).
                          Ollama                  0.16.2
                          on disk                 no models
                          in memory               no models
                        """);
    }
}
