package dev.aiserver.rehearsal.launchd;

import dev.aiserver.host.CommandResult;
import java.util.List;

class EmbeddedLaunchctlTest extends LaunchctlConformance {

    @Override
    CommandResult run(EmbeddedLaunchctl launchctl, List<String> argv) {
        return launchctl.run(argv);
    }
}
