package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Trouble;
import dev.aiserver.standin.Script;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfacesTest {

    @Test
    void thisMachineHasLoopback() {
        assertThat(new Interfaces(new LocalHost(System.getenv())).addresses()).contains("127.0.0.1");
    }

    @Test
    void readsWhatIfconfigSaysOnAMac(@TempDir Path directory) {
        assertThat(saying(directory, """
                lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
                	inet 127.0.0.1 netmask 0xff000000
                	inet6 ::1 prefixlen 128
                en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
                	inet6 fe80::1c2d:9aff:fe11:2233%en0 prefixlen 64 secured scopeid 0xe
                	inet 192.168.250.20 netmask 0xffffff00 broadcast 192.168.250.255
                utun4: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1280
                	inet 100.101.102.103 --> 100.101.102.103 netmask 0xffffffff
                """).addresses())
                .containsExactlyInAnyOrder("127.0.0.1", "192.168.250.20", "100.101.102.103");
    }

    @Test
    void aHostThatSaysNothingIsTrouble(@TempDir Path directory) {
        Interfaces silent = saying(directory, "");
        assertThatThrownBy(silent::addresses)
                .isInstanceOf(Trouble.class)
                .hasMessage("This machine does not say which addresses it has; \"ifconfig -a\" should.");
    }

    private static Interfaces saying(Path directory, String output) {
        Script.write(directory.resolve("uname"), "echo Darwin arm64");
        Script.write(directory.resolve("ifconfig"), "/bin/cat <<'END'\n" + output + "END");
        return new Interfaces(new LocalHost(Map.of("PATH", directory.toString(), "HOME", directory.toString())));
    }
}
