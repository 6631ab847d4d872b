package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.rehearsal.RehearsalHost;
import java.util.List;
import java.util.stream.Stream;
import standin.EmbeddedMacPrograms;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;

class LaunchdInRehearsalTest extends LaunchdContract {

    @Override
    Stream<Quirks> macs() {
        return everyMac();
    }

    @Override
    Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open) {
        return new RehearsalHost(new LocalHost(System.getenv()), new EmbeddedMacPrograms(launchctl));
    }
}
