package dev.aiserver.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.host.UserError;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerUrlTest {
    private static final String EXAMPLE = "http://remote-ollama:11434";

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            remote-ollama,                     remote-ollama,   none
            remote-ollama:11434,               remote-ollama,   11434
            http://remote-ollama,              remote-ollama,   none
            http://remote-ollama:11434,        remote-ollama,   11434
            http://remote-ollama:11434/,       remote-ollama,   11434
            http://remote-ollama:11434/v1,     remote-ollama,   11434
            http://remote-ollama:11434/v1/,    remote-ollama,   11434
            http://remote-ollama:11434/api,    remote-ollama,   11434
            http://remote-ollama:11434/api/,   remote-ollama,   11434
            remote-ollama:11434/v1,            remote-ollama,   11434
            HTTP://Remote-Ollama:11434/,       remote-ollama,   11434
            '  http://remote-ollama:11434  ',  remote-ollama,   11434
            http://remote-ollama:/,            remote-ollama,   none
            mac.tailnet.ts.net.:1,             mac.tailnet.ts.net, 1
            100.101.102.103:65535,             100.101.102.103, 65535
            http://[fd7a:115c::1]:11434/v1,    [fd7a:115c::1],  11434
            [::1]:11434,                       [::1],           11434
            [FE80::1%en0],                     [fe80::1%en0],   none
            """)
    void takesWhatPeopleWriteDown(String text, String host, Integer port) {
        assertThat(ServerUrl.parse(text, EXAMPLE))
                .isEqualTo(new ServerUrl(host, port == null ? OptionalInt.empty() : OptionalInt.of(port)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                              | it is empty
            ` `                             | it is empty
            https://remote-ollama:11434     | the server speaks HTTP without TLS
            HTTPS://remote-ollama           | the server speaks HTTP without TLS
            ftp://remote-ollama             | the server speaks HTTP, not ftp
            http://                         | it names no host
            http:///v1                      | it names no host
            :11434                          | it names no host
            http:remote-ollama              | a port is a number from 1 to 65535
            http://remote-ollama:11434/x    | nothing but /, /v1 or /api
            http://remote-ollama:11434/v1/models | nothing but /, /v1 or /api
            http://remote-ollama:11434//    | nothing but /, /v1 or /api
            http://remote-ollama:11434?a=b  | a query or fragment
            http://remote-ollama:11434/#a   | a query or fragment
            http://ann:hunter2@remote-ollama:11434 | it holds a user name or a password
            ann@remote-ollama               | it holds a user name or a password
            remote-ollama:0                 | a port is a number from 1 to 65535
            remote-ollama:65536             | a port is a number from 1 to 65535
            remote-ollama:99999999999       | a port is a number from 1 to 65535
            remote-ollama:-1                | a port is a number from 1 to 65535
            remote-ollama:x                 | a port is a number from 1 to 65535
            remote-ollama:٣                 | a port is a number from 1 to 65535
            fd7a:115c::1                    | an IPv6 address stands in brackets
            http://fd7a::1:11434            | an IPv6 address stands in brackets
            [fd7a::1                        | an IPv6 address stands in brackets
            []:11434                        | this names no host
            remote_ollama                   | letters, digits, dots and hyphens only
            remote ollama                   | letters, digits, dots and hyphens only
            jörg                            | letters, digits, dots and hyphens only
            -mac                            | letters, digits, dots and hyphens only
            """)
    void saysWhatIsWrongWithAnythingElse(String text, String reason) {
        assertThatThrownBy(() -> ServerUrl.parse(text, EXAMPLE)).isInstanceOfSatisfying(UserError.class, error -> {
            assertThat(error.kind()).isEqualTo(UserError.Kind.CONFIGURATION);
            assertThat(error.sentence())
                    .startsWith("--url ")
                    .contains(reason)
                    .endsWith("; write one such as http://remote-ollama:11434.")
                    .doesNotContain("hunter2");
        });
    }
}
