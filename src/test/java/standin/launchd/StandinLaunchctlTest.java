package standin.launchd;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.standin.LaunchctlSocket;
import dev.aiserver.standin.Standins;
import java.util.ArrayList;
import java.util.List;

class StandinLaunchctlTest extends LaunchctlConformance {

    @Override
    CommandResult run(EmbeddedLaunchctl launchctl, List<String> argv) {
        List<String> command = new ArrayList<>(List.of("launchctl"));
        command.addAll(argv);
        try (LaunchctlSocket socket = new LaunchctlSocket(launchctl)) {
            return new LocalHost(Standins.environment(home, home, socket)).run(Command.of(command));
        }
    }
}
