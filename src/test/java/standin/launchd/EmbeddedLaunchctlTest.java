package standin.launchd;

import dev.aiserver.host.CommandResult;
import java.util.List;
import standin.EmbeddedMacPrograms;

class EmbeddedLaunchctlTest extends LaunchctlConformance {

    @Override
    CommandResult run(EmbeddedLaunchctl launchctl, List<String> argv) {
        return new EmbeddedMacPrograms(launchctl).launchctl(argv);
    }
}
