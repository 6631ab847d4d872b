package dev.aiserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.app.ChangeFailure;
import dev.aiserver.app.InstallResult;
import dev.aiserver.app.UninstallResult;
import dev.aiserver.host.Command;
import dev.aiserver.host.LocalHost;
import dev.aiserver.layout.Layout;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.server.Rig.Sight;
import dev.aiserver.server.Rig.Version;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rolls back, without an outage, a locally edited configuration that is valid but that HAProxy cannot use. */
@Tag("haproxy")
class KeptConfigurationTest {
    @TempDir
    private Path directory;

    /** @param address a documentation address, which no machine has, or an address whose port is in use */
    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "127.0.0.1"})
    void aFailedReloadKeepsTheOldConfiguration(String address) throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path programs = Files.createDirectory(directory.resolve("programs"));
        try (Rig rig = new Rig(root, programs);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(rig.install(Version.FIRST)).isInstanceOf(InstallResult.Installed.class);
            Path cfg = rig.proxyConfiguration();
            String installed = Files.readString(cfg);
            String more = "\nfrontend mine\n    bind %s:%d\n".formatted(address, taken.getLocalPort());
            Files.writeString(cfg, installed + more);
            assertThat(new LocalHost(System.getenv())
                            .run(Command.of("haproxy", "-c", "-f", cfg.toString()))
                            .succeeded())
                    .isTrue();
            Sight before = rig.look();
            OptionalInt master = rig.pid(Layout.HAPROXY);

            InstallResult result = rig.install(Version.FIRST, LocalEdit.Policy.KEEP);

            assertThat(result).isInstanceOfSatisfying(ChangeFailure.RolledBack.class, back -> {
                assertThat(back.failed().resource().name()).isEqualTo("com.haproxy");
                assertThat(back.reason())
                        .startsWith("com.haproxy rejected its new configuration and keeps running with the old one: ")
                        .contains("[%s:%d]".formatted(address, taken.getLocalPort()))
                        .endsWith("; see " + root + "/logs/haproxy.log.");
            });
            assertThat(rig.unfinished()).isEmpty();
            assertThat(rig.look()).isEqualTo(before);
            assertThat(rig.pid(Layout.HAPROXY)).isEqualTo(master);

            Files.writeString(cfg, installed + "# mine\n");
            // HAProxy 3.1 to 3.3.0 ignore signals after a failed reload, so aiserver restarts them.
            assertThat(rig.install(Version.FIRST, LocalEdit.Policy.KEEP)).isInstanceOf(InstallResult.Installed.class);
            assertThat(rig.look().answers()).isEqualTo(before.answers());
            assertThat(rig.uninstall()).isInstanceOf(UninstallResult.Uninstalled.class);
        }
    }

    /** Without the restart, this install, every later one and every uninstall would fail in this way. */
    @Test
    void anIgnoredReloadBecomesARestart() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path programs = Files.createDirectory(directory.resolve("programs"));
        try (Rig rig = new Rig(root, programs)) {
            assertThat(rig.install(Version.FIRST)).isInstanceOf(InstallResult.Installed.class);
            OptionalInt master = rig.pid(Layout.HAPROXY);
            rig.host().ignoreReloads();

            assertThat(rig.install(Version.NEXT)).isInstanceOf(InstallResult.Installed.class);
            assertThat(rig.pid(Layout.HAPROXY)).isPresent().isNotEqualTo(master);
            assertThat(rig.unfinished()).isEmpty();
            assertThat(rig.uninstall()).isInstanceOf(UninstallResult.Uninstalled.class);
        }
    }
}
