package dev.aiserver.service;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import dev.aiserver.service.Launchctl.Probe;

/** Calls launchctl for one user on a host. */
final class LaunchctlCalls {
    private final Host host;
    private final Launchctl launchctl;

    LaunchctlCalls(Host host, Launchctl launchctl) {
        this.host = host;
        this.launchctl = launchctl;
    }

    CommandResult run(String... arguments) {
        return host.run(Launchctl.command(arguments));
    }

    Probe probe(String domain, String label) {
        return host.ask(launchctl.probe(domain, label));
    }

    /** Returns the name of a job of the desktop session for launchctl. */
    String target(String label) {
        return launchctl.desktop() + "/" + label;
    }

    /** @throws UserError when the call failed */
    void requireSuccess(CommandResult answer, String verb, String label) {
        launchctl.requireDesktop(answer);
        if (!answer.succeeded()) {
            throw new UserError("Cannot " + verb + " " + label + ": launchctl " + Launchctl.outcome(answer)
                    + ". Inspect the job with: launchctl print " + target(label));
        }
    }
}
