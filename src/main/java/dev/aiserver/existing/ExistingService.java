package dev.aiserver.existing;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.service.LaunchctlPrint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A service of this user from before the installation that conflicts with aiserver's services.
 *
 * @param plist its property list in the user's LaunchAgents folder
 * @param agent the contents of the property list
 * @param job launchd's state of it, if it is loaded
 * @param addresses the addresses on which it listens, such as {@code 127.0.0.1:11434}
 */
public record ExistingService(
        Origin origin,
        ServerProgram program,
        String label,
        Path plist,
        LaunchAgent agent,
        Optional<LaunchctlPrint> job,
        List<String> addresses) {

    /** The installer of an existing service. */
    public enum Origin {
        SHELL_SCRIPTS,
        HOMEBREW,
        PERSON
    }

    public ExistingService {
        addresses = List.copyOf(addresses);
    }

    /** Returns the process of the service if it runs. */
    public OptionalInt pid() {
        return job.map(LaunchctlPrint::pid).orElseGet(OptionalInt::empty);
    }

    /** Returns whether aiserver's file and job have the service's path and label, and so replace it. */
    boolean isReplacedInPlace() {
        return origin == Origin.SHELL_SCRIPTS;
    }

    /** Returns whether an earlier install has already replaced it by aiserver's own service. */
    public boolean isTakenOver(Receipt receipt) {
        return isReplacedInPlace()
                && receipt.resources().stream()
                        .anyMatch(resource ->
                                resource instanceof HostFile file && file.path().equals(plist)
                                        || resource instanceof Job known
                                                && known.label().equals(label));
    }
}
