package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Says on which hosts a command can run, and how.
 *
 * @param confirm how its changes are confirmed
 * @param config the configuration that may name hosts
 * @param isConfigured whether it reads its settings from the configuration
 * @param changes whether it changes its hosts, so that the outputs of several hosts are shown while it runs
 * @param forOneHost why it cannot run on several hosts; empty if it can
 */
record Scope(
        CommonOptions common,
        ConfirmOptions confirm,
        Optional<Path> config,
        boolean isConfigured,
        boolean changes,
        String forOneHost) {

    /** Returns the scope of a command that changes nothing. */
    static Scope of(CommonOptions common) {
        return new Scope(common, new ConfirmOptions(), Optional.empty(), false, false, "");
    }

    Scope withHostsIn(Optional<Path> file) {
        return new Scope(common, confirm, file, isConfigured, changes, forOneHost);
    }

    Scope configuredBy(Optional<Path> file) {
        return new Scope(common, confirm, file, true, changes, forOneHost);
    }

    Scope confirmedBy(ConfirmOptions options) {
        return new Scope(common, options, config, isConfigured, changes, forOneHost);
    }

    Scope changing(boolean yes) {
        return new Scope(common, confirm, config, isConfigured, yes, forOneHost);
    }

    Scope forOneHost(String why) {
        return new Scope(common, confirm, config, isConfigured, changes, why);
    }

    /** Rejects {@code --hosts} where the settings of the same file would be ignored without notice. */
    void requireConfigUsed(MachineOptions machines) {
        common.require(
                !isConfigured || config.isPresent() || !machines.hasInventory(),
                "install and plan read hosts from --config; --hosts would ignore the settings in that file");
    }

    /** Rejects several hosts where the command works for one, or would have to ask about each. */
    void requireAllowedForSeveral(MachineOptions machines) {
        common.require(forOneHost.isEmpty(), forOneHost);
        common.require(machines.parallel >= 1, "--parallel-hosts must be 1 or more");
        if (changes && !confirm.yes) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "Changing several hosts requires --yes. Review the changes with --dry-run first.");
        }
    }
}
