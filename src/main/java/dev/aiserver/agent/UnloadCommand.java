package dev.aiserver.agent;

import dev.aiserver.service.LoadedJobs;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds the advice for stopping a launchd job permanently. launchd restarts a killed job at once and an unloaded one
 * at the next login.
 */
final class UnloadCommand {
    private static final Pattern HOMEBREW = Pattern.compile("homebrew(?:\\.mxcl)?\\.([a-z0-9@.+_-]+)");

    private UnloadCommand() {}

    static String advice(LoadedJobs.Owner owner) {
        String sudo = owner.domain().equals(LoadedJobs.SYSTEM) ? "sudo " : "";
        Matcher homebrew = HOMEBREW.matcher(owner.label());
        return homebrew.matches()
                ? "stop it with \"" + sudo + "brew services stop " + homebrew.group(1) + "\""
                : "stop it with \"" + sudo + "launchctl bootout " + owner.target() + "\" and move " + owner.plist()
                        + " to another folder; otherwise it starts again at the next login";
    }
}
