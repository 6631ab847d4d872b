package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.rehearsal.RehearsalHost;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import dev.aiserver.rehearsal.launchd.Quirks;
import java.util.List;
import java.util.stream.Stream;

class LaunchdInRehearsalTest extends LaunchdContract {

    @Override
    Stream<Quirks> macs() {
        return everyMac();
    }

    @Override
    Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open) {
        return new RehearsalHost(new LocalHost(System.getenv()), launchctl);
    }
}
