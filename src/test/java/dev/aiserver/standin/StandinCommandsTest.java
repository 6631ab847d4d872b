package dev.aiserver.standin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.net.Interfaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

/** Tests that the stand-ins print what the real commands print, for the calls that aiserver makes. */
@Tag("linux")
class StandinCommandsTest {
    @TempDir
    Path state;

    private final EmbeddedLaunchctl launchctl =
            new EmbeddedLaunchctl(new Account(0, "ann", Path.of("/"), 1, List.of()), Quirks.usual());
    private final LaunchctlSocket socket = new LaunchctlSocket(launchctl);
    private LocalHost host = new LocalHost(Map.of());

    @BeforeEach
    void putFirstOnPath() {
        host = new LocalHost(Standins.environment(state, state, socket));
    }

    @AfterEach
    void close() {
        socket.close();
        launchctl.close();
    }

    private CommandResult run(String program, String... arguments) {
        return host.run(Command.of(program, arguments));
    }

    @Test
    void theMachineLooksLikeAMac() throws IOException {
        assertThat(host.facts().os()).isEqualTo("Darwin");
        assertThat(host.facts().arch()).isEqualTo("arm64");
        assertThat(host.facts().osVersion()).isEqualTo("15.5");
        Files.writeString(state.resolve("os_version"), "26.5.1\n");
        assertThat(run("sw_vers", "-productVersion").text()).isEqualTo("26.5.1\n");
        assertThat(run("uname", "-sm").text()).isEqualTo("Darwin arm64\n");
        assertThat(run("uname", "-n").text()).isNotBlank().isNotEqualTo("Darwin\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<plist version=\"1.0\"><dict><key>A</key><string>b</string></dict></plist> | 0 | OK",
                "<plist version=\"1.0\"><dict> | 1 | Property List error",
                "no property list | 1 | Property List error"
            })
    void plutilChecksFilesAndStandardInput(String content, int code, String output) throws IOException {
        Path file = Files.writeString(state.resolve("some file.plist"), content);
        CommandResult ofFile = run("plutil", "-lint", file.toString());
        assertThat(ofFile.exitCode()).isEqualTo(code);
        assertThat(ofFile.text()).startsWith(file + ": " + output);
        CommandResult ofStdin = host.run(Command.of("plutil", "-lint", "-").withStdin(content));
        assertThat(ofStdin.exitCode()).isEqualTo(code);
        assertThat(ofStdin.text()).startsWith("<stdin>: " + output);
        assertThat(run("plutil", "-lint", "-s", file.toString()).text().isEmpty())
                .isEqualTo(code == 0);
    }

    @Test
    void tailscaleIsStoppedWithoutAStatusFile() throws IOException {
        CommandResult stopped = run("tailscale", "status", "--json");
        assertThat(stopped.exitCode()).isEqualTo(1);
        assertThat(stopped.firstLine())
                .isEqualTo("failed to connect to local Tailscale service; is Tailscale running?");
        Files.writeString(state.resolve("tailscale.json"), TailscaleStatus.running("100.101.102.103"));
        JsonNode status =
                new ObjectMapper().readTree(run("tailscale", "status", "--json").stdout());
        assertThat(status.at("/BackendState").asText()).isEqualTo("Running");
        assertThat(status.at("/Self/DNSName").asText()).isEqualTo("mac-studio.tail1234.ts.net.");
        assertThat(run("tailscale", "ip", "-4").text()).isEqualTo("100.101.102.103\n");
        Files.writeString(state.resolve("tailscale.json"), TailscaleStatus.needsLogin());
        assertThat(new ObjectMapper()
                        .readTree(TailscaleStatus.needsLogin())
                        .at("/BackendState")
                        .asText())
                .isEqualTo("NeedsLogin");
        assertThat(run("tailscale", "ip", "-4").exitCode()).isEqualTo(1);
    }

    @Test
    void ifconfigListsTheAddresses() {
        CommandResult result = run("ifconfig", "-a");
        assertThat(result.text())
                .contains("\tinet 127.0.0.1 netmask ", "\tinet6 ::1 prefixlen 128")
                .doesNotContain("/");
        assertThat(host.ask(Interfaces.addresses(host.facts()))).contains("127.0.0.1", "::1");
        assertThat(run("ifconfig", "en0").exitCode()).isEqualTo(1);
    }

    @Test
    void brewInstallsItsBottles() throws IOException {
        Path prefix = state.resolve("homebrew");
        Files.writeString(state.resolve("prefix"), prefix + "\n");
        Path bottle = Files.createDirectories(state.resolve("bottles/haproxy"));
        Files.writeString(bottle.resolve("version"), "3.2.1\n");
        Path program = Files.writeString(bottle.resolve("haproxy"), "#!/bin/sh\necho poured\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(run("brew", "--prefix").text()).isEqualTo(prefix + "\n");
        assertThat(run("brew", "list", "--versions", "haproxy").exitCode()).isEqualTo(1);
        assertThat(run("brew", "install", "--formula", "haproxy").succeeded()).isTrue();
        assertThat(run("brew", "list", "--versions", "haproxy").text()).isEqualTo("haproxy 3.2.1\n");
        assertThat(run(prefix + "/bin/haproxy").text()).isEqualTo("poured\n");
        assertThat(run(prefix + "/opt/haproxy/bin/haproxy").text()).isEqualTo("poured\n");
        assertThat(run("brew", "install", "nothing").exitCode()).isEqualTo(1);
        assertThat(run("brew", "services", "list").text()).isEqualTo("Name Status User File\n");
        assertThat(Files.readAllLines(state.resolve("calls.log")))
                .contains("brew --prefix", "brew install --formula haproxy", "brew services list");
    }
}
