package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Poller;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Proves that verify finds other listeners by connecting to every address, even if lsof shows none. */
@Tag("root")
class BindingsIT {
    private static final String ADDRESS = "fd00:5::5";
    private static final String OF_THE_LINK = "fe80::5";

    @Test
    void anotherUsersServerIsFoundOnEveryIPv6Address() throws InterruptedException {
        try (Mac mac = new Mac()) {
            Run installed = mac.install("--yes");
            installed.exits(0);
            mac.addInterface("en5", ADDRESS, OF_THE_LINK);
            Supplier<Run> bindings = () -> mac.aiserver("verify", "--only", "bindings.*");
            assertNoOtherListener(bindings.get());

            found(mac, ADDRESS + ":11434", bindings, "[" + ADDRESS + "]");
            found(mac, OF_THE_LINK + ":11434 interface en5", bindings, "[" + OF_THE_LINK + "%en5]");
            found(mac, ":::11434 v6only", bindings, "[" + ADDRESS + "]", "[" + OF_THE_LINK + "%en5]");
            assertNoOtherListener(bindings.get());
        }
    }

    @Test
    void anotherUsersServerIsFoundOverSsh() throws InterruptedException {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Run installed = laptop.aiserver(
                    "install",
                    "--host",
                    Laptop.MAC,
                    "--config",
                    mac.config().toString(),
                    "--yes",
                    "--accept-new-host-key");
            installed.exits(0);
            mac.addInterface("en5", ADDRESS, OF_THE_LINK);
            Supplier<Run> bindings =
                    () -> laptop.aiserver("verify", "--host", Laptop.MAC, "--only", "bindings.*", "-v");
            assertNoOtherListener(bindings.get());
            found(mac, OF_THE_LINK + ":11434 interface en5", bindings, "[" + OF_THE_LINK + "%en5]");
        }
    }

    private static void assertNoOtherListener(Run run) {
        run.exits(0);
        assertThat(run.out()).containsPattern("refuses connections +\\d+ addresses refuse");
    }

    private static void found(Mac mac, String bind, Supplier<Run> bindings, String... where)
            throws InterruptedException {
        int before = mac.listening().size();
        Process server = mac.startServerOfRoot(bind);
        assertThat(new Poller(Duration.ofMillis(20))
                        .await(Duration.ofSeconds(20), () -> mac.listening().size() > before))
                .as(bind)
                .isTrue();
        Run run = bindings.get();
        run.exits(3);
        assertThat(run.out()).contains("bindings.connect", "Not verified: 4 passed, 1 failed");
        for (String address : where) {
            assertThat(run.out()).contains(address + ":11434 accepts connections");
        }
        server.destroy();
        server.waitFor();
    }
}
