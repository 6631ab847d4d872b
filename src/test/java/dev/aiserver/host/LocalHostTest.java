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

    /** Java itself encodes arguments; on every Mac that is UTF-8, on Linux it is what the locale says. */
    @Override
    public Charset charset() {
        return Charset.forName(System.getProperty("sun.jnu.encoding"));
    }

    /** Only here, because a login on another machine brings variables of that machine with it. */
    @Test
    void nothingOfThisProgramsOwnEnvironmentIsPassedOn() {
        Host host = host(Map.of("PATH", SYSTEM_PATH, "A", "user's"));
        assertThat(host.run(Command.of("env").withEnvironment(Map.of("B", "command's")))
                        .text()
                        .lines())
                .filteredOn(line -> !line.startsWith("PATH="))
                .containsExactlyInAnyOrder("A=user's", "B=command's", "LC_ALL=C");
    }
}
