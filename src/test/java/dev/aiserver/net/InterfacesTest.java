package dev.aiserver.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.standin.Script;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfacesTest {

    @Test
    void thisMachineHasLoopback() {
        assertThat(addresses(new LocalHost(System.getenv()))).contains("127.0.0.1");
    }

    @Test
    void readsIfconfigOfAMac(@TempDir Path directory) {
        assertThat(printing(directory, "Darwin", """
                lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
                	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
                	inet 127.0.0.1 netmask 0xff000000
                	inet6 ::1 prefixlen 128
                	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
                	nd6 options=201<PERFORMNUD,DAD>
                gif0: flags=8010<POINTOPOINT,MULTICAST> mtu 1280
                anpi0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
                	ether 5e:e9:1e:aa:bb:cc
                	media: none
                	status: inactive
                en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
                	options=6460<TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
                	ether 3c:06:30:11:22:33
                	inet6 fe80::1c2d:9aff:fe11:2233%en0 prefixlen 64 secured scopeid 0xe
                	inet6 2001:db8:12:3400:1075:5e5f:aaaa:1 prefixlen 64 autoconf secured
                	inet6 2001:db8:12:3400:6c1f:77aa:bbbb:2 prefixlen 64 deprecated autoconf temporary
                	inet6 2001:db8:12:3400:c0de:1:2:3 prefixlen 64 tentative autoconf temporary
                	inet6 2001:db8:12:3400::4 prefixlen 64 duplicated
                	inet 192.168.250.20 netmask 0xffffff00 broadcast 192.168.250.255
                	nd6 options=201<PERFORMNUD,DAD>
                	media: autoselect
                	status: active
                awdl0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1500
                	inet6 fe80::a8b1:b4ff:fe01:203%awdl0 prefixlen 64 scopeid 0x10
                utun3: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380
                	inet6 fe80::dead:beef:cafe:3%utun3 prefixlen 64 scopeid 0x13
                	nd6 options=201<PERFORMNUD,DAD>
                utun4: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1280
                	inet 100.101.102.103 --> 100.101.102.103 netmask 0xffffffff
                	inet6 fe80::1c2d:9aff:fe11:2233%utun4 prefixlen 64 scopeid 0x14
                	inet6 fd7a:115c:a1e0::6501:6667 prefixlen 48
                """))
                .containsExactlyInAnyOrder(
                        "127.0.0.1",
                        "::1",
                        "fe80::1%lo0",
                        "fe80::1c2d:9aff:fe11:2233%en0",
                        "2001:db8:12:3400:1075:5e5f:aaaa:1",
                        "2001:db8:12:3400:6c1f:77aa:bbbb:2",
                        "192.168.250.20",
                        "fe80::a8b1:b4ff:fe01:203%awdl0",
                        "fe80::dead:beef:cafe:3%utun3",
                        "100.101.102.103",
                        "fe80::1c2d:9aff:fe11:2233%utun4",
                        "fd7a:115c:a1e0::6501:6667");
    }

    @Test
    void readsIpOfLinux(@TempDir Path directory) {
        assertThat(printing(directory, "Linux", """
                1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                    inet 127.0.0.1/8 scope host lo
                       valid_lft forever preferred_lft forever
                    inet6 ::1/128 scope host noprefixroute
                       valid_lft forever preferred_lft forever
                2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc pfifo_fast state UP group default qlen 32
                    link/ether 02:fc:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netnsid 0
                    inet 192.0.2.2/24 brd 192.0.2.255 scope global dynamic eth0
                       valid_lft 86000sec preferred_lft 86000sec
                    inet6 2001:db8::9/64 scope global temporary deprecated dynamic
                       valid_lft 600sec preferred_lft 0sec
                    inet6 2001:db8::8/64 scope global dadfailed tentative
                       valid_lft forever preferred_lft forever
                    inet6 fe80::fc:ff:fe00:1/64 scope link proto kernel_ll
                       valid_lft forever preferred_lft forever
                3: wg0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1420 qdisc noqueue state UNKNOWN group default qlen 1000
                    link/none
                    inet 10.8.0.2 peer 10.8.0.1/32 scope global wg0
                       valid_lft forever preferred_lft forever
                """))
                .containsExactlyInAnyOrder(
                        "127.0.0.1", "::1", "192.0.2.2", "2001:db8::9", "fe80::fc:ff:fe00:1%eth0", "10.8.0.2");
    }

    @Test
    void emptyOutputIsAnError(@TempDir Path directory) {
        assertThatThrownBy(() -> printing(directory, "Darwin", ""))
                .isInstanceOf(UserError.class)
                .hasMessage("Could not read this machine's addresses (\"ifconfig -a\" returned none).");
    }

    private static Set<String> printing(Path directory, String os, String output) {
        Script.write(directory.resolve("uname"), "echo " + os + " arm64");
        for (String command : List.of("ifconfig", "ip")) {
            Script.write(directory.resolve(command), "/bin/cat <<'END'\n" + output + "END");
        }
        return addresses(new LocalHost(Map.of("PATH", directory.toString(), "HOME", directory.toString())));
    }

    private static Set<String> addresses(LocalHost host) {
        return host.ask(Interfaces.addresses(host.facts()));
    }
}
