package dev.aiserver.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaHostTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                     | 127.0.0.1:11434  | true
            127.0.0.1              | 127.0.0.1:11434  | true
            127.0.0.1:11500        | 127.0.0.1:11500  | true
            localhost              | localhost:11434  | true
            ::1                    | [::1]:11434      | true
            [::1]:11500            | [::1]:11500      | true
            http://127.0.0.1       | 127.0.0.1:80     | true
            https://localhost/path | localhost:443    | true
            "127.0.0.1:11434"      | 127.0.0.1:11434  | true
            127.0.0.1:no           | 127.0.0.1:11434  | true
            0.0.0.0                | 0.0.0.0:11434    | false
            0.0.0.0:11500          | 0.0.0.0:11500    | false
            http://0.0.0.0:11434   | 0.0.0.0:11434    | false
            ::                     | [::]:11434       | false
            [::]:11434             | [::]:11434       | false
            :11434                 | *:11434          | false
            :66000                 | *:11434          | false
            192.168.1.9            | 192.168.1.9:11434 | false
            127.0.0.1.example.com  | 127.0.0.1.example.com:11434 | false
            my-mac                 | my-mac:11434     | false
            """)
    void parsesTheAddressAndDetectsLoopback(String value, String address, boolean loopback) {
        OllamaHost host = OllamaHost.parse(value);
        assertThat(host).hasToString(address);
        assertThat(host.isLoopback()).isEqualTo(loopback);
    }
}
