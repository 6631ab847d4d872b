package dev.aiserver.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetTest {

    @ParameterizedTest
    @CsvSource({
        "100.64.0.0/10, 100.64.0.0, true",
        "100.64.0.0/10, 100.127.255.255, true",
        "100.64.0.0/10, 100.63.255.255, false",
        "100.64.0.0/10, 100.128.0.0, false",
        "192.168.250.0/24, 192.168.250.20, true",
        "192.168.250.0/24, 192.168.25.20, false",
        "10.8.0.7/32, 10.8.0.7, true",
        "10.8.0.7/32, 10.8.0.6, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "128.0.0.0/1, 127.255.255.255, false",
        "0.0.0.0/0, ::1, false",
        "0.0.0.0/0, 1.2.3, false",
        "0.0.0.0/0, 01.2.3.4, false"
    })
    void hasTheAddressesThatShareItsBits(String range, String address, boolean inside) {
        assertThat(Subnet.of(range).contains(address)).isEqualTo(inside);
        assertThat(Subnet.of(range)).hasToString(range);
    }

    @Test
    void cannotBeMadeWithBitsBehindItsPrefix() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Subnet(new Ipv4(1), 31));
        assertThatIllegalArgumentException().isThrownBy(() -> new Subnet(new Ipv4(0), 33));
        assertThatIllegalArgumentException().isThrownBy(() -> Subnet.of("10.0.0.1/8"));
    }
}
