package dev.aiserver.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalHostTest implements HostContract {

    @Override
    public Host host(Map<String, String> environment) {
        return new LocalHost(environment);
    }

    /** Returns Java's encoding of arguments: UTF-8 on every Mac, the locale's on Linux. */
    @Override
    public Charset charset() {
        return Charset.forName(System.getProperty("sun.jnu.encoding"));
    }

    /** Applies only here, because a login on another machine adds variables of that machine. */
    @Test
    void theEnvironmentOfTheJvmIsNotPassedOn() {
        Host host = host(Map.of("PATH", SYSTEM_PATH, "A", "user's"));
        assertThat(host.run(Command.of("env").withEnvironment(Map.of("B", "command's")))
                        .text()
                        .lines())
                .filteredOn(line -> !line.startsWith("PATH="))
                .containsExactlyInAnyOrder("A=user's", "B=command's", "LC_ALL=C");
    }
}
