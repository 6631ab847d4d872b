package standin;

import dev.aiserver.host.CommandResult;
import dev.aiserver.rehearsal.StandIns;
import java.util.List;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.EmbeddedPlutil;
import standin.launchd.ProgramResult;

/** Runs {@code launchctl} and {@code plutil} as a host's commands. */
public final class EmbeddedMacPrograms implements StandIns.MacPrograms {
    private final EmbeddedLaunchctl launchctl;
    private final EmbeddedPlutil plutil = new EmbeddedPlutil();

    /** @param launchctl closed by {@link #close} */
    public EmbeddedMacPrograms(EmbeddedLaunchctl launchctl) {
        this.launchctl = launchctl;
    }

    @Override
    public CommandResult launchctl(List<String> arguments) {
        return result(launchctl.run(arguments));
    }

    @Override
    public CommandResult plutil(List<String> arguments, byte[] stdin) {
        return result(plutil.run(arguments, stdin));
    }

    @Override
    public void close() {
        launchctl.close();
    }

    private static CommandResult result(ProgramResult result) {
        return new CommandResult(result.exitCode(), result.stdout(), result.stderr());
    }
}
