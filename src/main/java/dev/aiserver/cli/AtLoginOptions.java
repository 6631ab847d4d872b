package dev.aiserver.cli;

import dev.aiserver.plan.LocalEdit;
import dev.aiserver.server.Install.InstallRequest;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds the options that decide whether models are warmed at login, which changes the installation. */
final class AtLoginOptions {
    @Mixin
    private final ConfirmOptions confirm = new ConfirmOptions();

    @Option(
            names = "--at-login",
            negatable = true,
            description = "Warm the configured models after every login, or stop doing so; changes the installation.")
    private @Nullable Boolean atLogin;

    @Mixin
    private final EditOptions edits = new EditOptions();

    /**
     * Returns the request that changes the installation; empty if it is not to be changed.
     *
     * @param installed the installed configuration
     * @param models that were named on the command line
     */
    Optional<InstallRequest> request(CommonOptions command, ServerSpec installed, List<String> models) {
        if (atLogin == null) {
            command.require(
                    edits.editPolicy() == LocalEdit.Policy.NONE,
                    "--keep-local and --overwrite require --at-login or --no-at-login");
            return Optional.empty();
        }
        command.require(
                models.isEmpty(),
                "--at-login warms the configured models; list them under models in the configuration instead");
        command.require(
                !atLogin || !installed.models().isEmpty(),
                "No models are configured; list them under models in the configuration first");
        return Optional.of(new InstallRequest(Optional.of(installed.withWarmAtLogin(atLogin)), edits.editPolicy()));
    }

    Scope in(Scope scope) {
        return scope.confirmedBy(confirm);
    }
}
