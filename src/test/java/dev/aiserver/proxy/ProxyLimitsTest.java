package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProxyLimitsTest {
    @Test
    void leavesFilesInReserve() {
        assertThat(ProxyLimits.DEFAULT.minFiles()).isEqualTo(8210);
        assertThat(ProxyLimits.DEFAULT.files()).isEqualTo(16384);
        assertThat(new ProxyLimits(10_000).files()).isEqualTo(32768);
    }
}
