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
    void acceptsUrlsAsPeopleWriteThem(String text, String host, Integer port) {
        assertThat(ServerUrl.parse(text, EXAMPLE))
                .isEqualTo(new ServerUrl(host, port == null ? OptionalInt.empty() : OptionalInt.of(port)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                              | it is empty
            ` `                             | it is empty
            https://remote-ollama:11434     | the server uses HTTP without TLS
            HTTPS://remote-ollama           | the server uses HTTP without TLS
            ftp://remote-ollama             | the server uses HTTP, not ftp
            http://                         | it has no host
            http:///v1                      | it has no host
            :11434                          | it has no host
            http:remote-ollama              | a port is a number from 1 to 65535
            http://remote-ollama:11434/x    | the path can only be /, /v1 or /api
            http://remote-ollama:11434/v1/models | the path can only be /, /v1 or /api
            http://remote-ollama:11434//    | the path can only be /, /v1 or /api
            http://remote-ollama:11434?a=b  | has no query or fragment
            http://remote-ollama:11434/#a   | has no query or fragment
            http://ann:hunter2@remote-ollama:11434 | it contains a user name or password
            ann@remote-ollama               | it contains a user name or password
            remote-ollama:0                 | a port is a number from 1 to 65535
            remote-ollama:65536             | a port is a number from 1 to 65535
            remote-ollama:99999999999       | a port is a number from 1 to 65535
            remote-ollama:-1                | a port is a number from 1 to 65535
            remote-ollama:x                 | a port is a number from 1 to 65535
            remote-ollama:٣                 | a port is a number from 1 to 65535
            fd7a:115c::1                    | an IPv6 address needs brackets
            http://fd7a::1:11434            | an IPv6 address needs brackets
            [fd7a::1                        | an IPv6 address needs brackets
            []:11434                        | it has no valid host
            remote_ollama                   | only letters, digits, dots and hyphens
            remote ollama                   | only letters, digits, dots and hyphens
            jörg                            | only letters, digits, dots and hyphens
            -mac                            | only letters, digits, dots and hyphens
            """)
    void explainsWhyAUrlIsInvalid(String text, String reason) {
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
