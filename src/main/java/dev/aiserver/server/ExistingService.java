package dev.aiserver.server;

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
 * A service of this user that was here before and would be in the way of ours.
 *
 * @param plist that defines it, in the user's own LaunchAgents
 * @param job what launchd says of it, when it is loaded
 * @param agent what that says
 * @param addresses on which it listens, {@code 127.0.0.1:11434}
 */
public record ExistingService(
        Origin origin,
        ServerProgram program,
        String label,
        Path plist,
        LaunchAgent agent,
        Optional<LaunchctlPrint> job,
        List<String> addresses) {

    /** Who made it. */
    public enum Origin {
        SHELL_SCRIPTS,
        HOMEBREW,
        PERSON
    }

    public ExistingService {
        addresses = List.copyOf(addresses);
    }

    OptionalInt pid() {
        return job.map(LaunchctlPrint::pid).orElseGet(OptionalInt::empty);
    }

    /** Where our own file and our own job of the same label take its place. */
    boolean isReplacedInPlace() {
        return origin == Origin.SHELL_SCRIPTS;
    }

    /** Whether it is no earlier one at all, but one of ours by now. */
    boolean isTakenOver(Receipt receipt) {
        return isReplacedInPlace()
                && receipt.resources().stream()
                        .anyMatch(resource ->
                                resource instanceof HostFile file && file.path().equals(plist)
                                        || resource instanceof Job known
                                                && known.label().equals(label));
    }
}
