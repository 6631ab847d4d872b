package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.FileState;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Provisions a Mac from a laptop. The Mac has only sshd and the system's tools. */
@Tag("root")
class RemoteIT {
    private static final Pattern ROUND_TRIPS = Pattern.compile("(\\d+) round trips");

    /** Limits round trips: 40 on a fast Mac, and one more for each poll of a service that is not ready. */
    private static final int MOST_OF_A_FIRST_INSTALL = 44;

    private static final int MOST_OF_NO_CHANGE = 4;

    /** Limits round trips: 6, and two more to name the version of HAProxy 2.x, which closes some connections too early. */
    private static final int MOST_OF_A_VERIFY = 8;

    private static int roundTrips(Run run) {
        Matcher matcher = ROUND_TRIPS.matcher(run.err());
        assertThat(matcher.find()).as(run.toString()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void installVerifyAndUninstallWorkOverSsh() {
        try (Mac mac = new Mac();
                Laptop laptop = new Laptop(mac)) {
            Map<String, FileState> before = mac.tree();
            String config = mac.config().toString();

            Run unknown = laptop.aiserver("install", "--host", Laptop.MAC, "--config", config, "--yes");
            unknown.exits(6);
            assertThat(unknown.err()).contains("SHA256:", "--accept-new-host-key");
            assertThat(mac.tree()).isEqualTo(before);

            Run installed = laptop.aiserver(
                    "install", "--host", Laptop.MAC, "--config", config, "--yes", "-v", "--accept-new-host-key");
            installed.exits(0);
            System.out.println("first install: " + roundTrips(installed) + " round trips");
            assertThat(roundTrips(installed)).isLessThanOrEqualTo(MOST_OF_A_FIRST_INSTALL);
            assertThat(mac.home().resolve(".local")).doesNotExist();

            Run again = laptop.aiserver("install", "--host", Laptop.MAC, "--config", config, "--yes", "-v");
            again.exits(0);
            assertThat(again.err()).contains("No changes.");
            System.out.println("no change: " + roundTrips(again) + " round trips");
            assertThat(roundTrips(again)).isLessThanOrEqualTo(MOST_OF_NO_CHANGE);

            Run verified = laptop.aiserver("verify", "--host", Laptop.MAC, "-v", "--debug");
            verified.exits(0);
            assertThat(verified.err()).contains("debug: " + Laptop.MAC + ": exit 0 in ", ": launchctl print gui/");
            System.out.println("verify: " + roundTrips(verified) + " round trips");
            assertThat(roundTrips(verified)).isLessThanOrEqualTo(MOST_OF_A_VERIFY);
            ListeningWatch watch = new ListeningWatch(laptop::listening);
            try (watch) {
                Run warmed = laptop.aiserver("warm-models", "--host", Laptop.MAC, "llama3.2:1b");
                warmed.exits(0);
            }
            assertThat(watch.looks()).isGreaterThan(1);
            assertThat(watch.seen()).as("no way for others to the Mac's Ollama").isEmpty();
            Run status = laptop.aiserver("status", "--host", Laptop.MAC, "-v");
            status.exits(0);
            assertThat(status.out()).contains("healthy  http://remote-ollama:11434", "llama3.2:1b");
            System.out.println("status: " + roundTrips(status) + " round trips");

            Run uninstalled = laptop.aiserver("uninstall", "--host", Laptop.MAC, "--yes", "-v");
            uninstalled.exits(0);
            System.out.println("uninstall: " + roundTrips(uninstalled) + " round trips");
            assertThat(mac.tree()).isEqualTo(before);
        }
    }
}
