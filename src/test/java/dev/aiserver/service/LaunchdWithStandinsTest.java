package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.standin.LaunchctlSocket;
import dev.aiserver.standin.Standins;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

@Tag("linux")
class LaunchdWithStandinsTest extends LaunchdContract {

    /** Returns each code once: their combination does not depend on how launchctl is reached. */
    @Override
    Stream<Quirks> macs() {
        Quirks mac = Quirks.usual();
        return Stream.of(mac.codes(5, 5, 5, 125), mac.codes(37, 37, 119, 112), mac.codes(17, 5, 119, 125));
    }

    @Override
    Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open) {
        LaunchctlSocket socket = new LaunchctlSocket(launchctl);
        open.add(socket);
        return new LocalHost(Standins.environment(home, home, socket));
    }
}
