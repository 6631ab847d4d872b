package dev.aiserver.service;

import dev.aiserver.host.Host;
import dev.aiserver.host.LocalHost;
import dev.aiserver.rehearsal.launchd.EmbeddedLaunchctl;
import dev.aiserver.standin.LaunchctlSocket;
import dev.aiserver.standin.Standins;
import java.util.List;

class LaunchdWithStandinsTest extends LaunchdContract {

    @Override
    Host host(EmbeddedLaunchctl launchctl, List<AutoCloseable> open) {
        LaunchctlSocket socket = new LaunchctlSocket(launchctl);
        open.add(socket);
        return new LocalHost(Standins.environment(home, home, socket));
    }
}
