package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.UserError;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            mac,                       ,        mac,         ,
            mac.example.com,           ,        mac.example.com,
            ann@mac,                   ann,     mac,
            ann@corp.com@mac,          ann@corp.com, mac,
            ann@mac:2222,              ann,     mac,         2222
            100.101.102.103:65535,     ,        100.101.102.103, 65535
            [fe80::1%en0]:22,          ,        fe80::1%en0, 22
            ann@[::1],                 ann,     ::1,
            fd7a:115c:a1e0::1,         ,        fd7a:115c:a1e0::1,
            ann@::1,                   ann,     ::1,
            ssh://ann@mac:2222,        ann,     mac,         2222
            ssh://mac/,                ,        mac,
            ssh://[::1]:2222/,         ,        ::1,         2222
            """)
    void parsesLikeSsh(String typed, String user, String host, Integer port) {
        assertThat(Destination.parse(typed))
                .isEqualTo(new Destination(Optional.ofNullable(user), host, Optional.ofNullable(port)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "@mac",
                "ann@",
                "mac:",
                "mac:0",
                "mac:65536",
                "mac:ssh",
                "-oProxyCommand=id",
                "-l@mac",
                "ann@-oProxyCommand=id",
                "a b",
                "ann@a b",
                "mac/path",
                "[::1",
                "http://mac",
                "ssh://mac/path"
            })
    void invalidDestinationsAreRejected(String typed) {
        assertThatThrownBy(() -> Destination.parse(typed))
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.kind()).isEqualTo(UserError.Kind.CONFIGURATION))
                .hasMessage(
                        "\"" + typed + "\" is not a valid destination; use user@host, user@host:port, [address]:port or"
                                + " ssh://user@host:port.");
    }
}
