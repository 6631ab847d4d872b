package dev.aiserver.value;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4Test {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,         false, false",
        "0.1.2.3,         false, false",
        "1.0.0.0,         true,  false",
        "127.0.0.1,       true,  true",
        "192.168.250.20,  true,  false",
        "223.255.255.255, true,  false",
        "224.0.0.251,     false, false",
        "255.255.255.255, false, false"
    })
    void knowsWhoCanHaveAnAddress(String text, boolean ofOneMachine, boolean loopback) {
        Ipv4 address = Ipv4.parse(text).orElseThrow();
        assertThat(address).hasToString(text);
        assertThat(address.isOfOneMachine()).isEqualTo(ofOneMachine);
        assertThat(address.isLoopback()).isEqualTo(loopback);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.3.4.", "1.2.3.256", "01.2.3.4", "1.2.3.٣", "::1", "1.2.3.4\n"})
    void rejectsAnyOtherSpelling(String text) {
        assertThat(Ipv4.parse(text)).isEmpty();
        assertThat(Ipv4.isValid(text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "00080, 80", "65535, 65535", "0, -1", "65536, -1", "-1, -1", "+1, -1", "٣, -1", "'', -1"})
    void parsesPorts(String text, int port) {
        assertThat(Port.parse(text).orElse(-1)).isEqualTo(port);
    }
}
