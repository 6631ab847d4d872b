package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.rehearsal.RehearsalHost;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import java.util.List;

class LaunchdInRehearsalTest extends LaunchdContract {

    @Override
    Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open) {
        return new RehearsalHost(new LocalHost(System.getenv()), launchctl);
    }
}
