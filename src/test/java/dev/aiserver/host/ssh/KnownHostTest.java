package dev.aiserver.host.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownHostTest {
    private static final Path FILE = Path.of("/known_hosts");

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            mac                    ; mac              ; true
            mac                    ; MAC              ; true
            Mac                    ; mac              ; true
            mac                    ; mac2             ; false
            mac                    ; [mac]:2222       ; false
            [mac]:2222             ; [mac]:2222       ; true
            [mac]:2222             ; [mac]:2223       ; false
            mac,10.0.0.1           ; 10.0.0.1         ; true
            *.example.com          ; a.example.com    ; true
            *.example.com          ; example.com      ; false
            mac?                   ; mac1             ; true
            mac?                   ; mac              ; false
            *,!bad                 ; good             ; true
            *,!bad                 ; bad              ; false
            m.c                    ; mac              ; false
            *a*b*                  ; xaxbx            ; true
            *a*b                   ; ab1ab            ; true
            a**b                   ; ab               ; true
            a*?b                   ; ab               ; false
            *?                     ; a                ; true
            *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b ; aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ; false
            |1|not|a|hash          ; mac              ; false
            |1|c2FsdA==|4JtQHy5VLZP0PZ5AIS0gNSnKqps= ; other ; false
            """)
    void matchesHostPatterns(String hosts, String name, boolean expected) {
        assertThat(new KnownHost(FILE, 1, "", hosts, "ssh-ed25519", new byte[0]).names(name))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "# mac ssh-ed25519 AAAA", "mac", "mac ssh-ed25519", "mac ssh-ed25519 no*base64", "@revoked"})
    void invalidLinesAreSkipped(String line) {
        assertThat(KnownHost.parse(FILE, 1, line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mac ssh-ed25519 AAAA             |
            mac ssh-ed25519 AAAA a comment   |
            @revoked * ssh-rsa AAAA          | @revoked
            @cert-authority *.a ssh-rsa AAAA | @cert-authority
            """)
    void readsMarkers(String line, String marker) {
        KnownHost entry = KnownHost.parse(FILE, 7, line).orElseThrow();
        assertThat(entry.isUnmarked()).isEqualTo(marker == null);
        assertThat(entry.marker()).isEqualTo(marker == null ? "" : marker);
        assertThat(entry.key()).hasSize(3);
        assertThat(entry.place()).isEqualTo("/known_hosts line 7");
    }
}
