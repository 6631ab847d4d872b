package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.WarmText;
import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.TokenProbe;
import dev.aiserver.server.WarmModels;
import dev.aiserver.spec.ServerSpec;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "warm-models",
        description = "Download missing models, load them into memory, keep them loaded, and verify it.")
final class WarmModelsCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--probe",
            description = "Also request a token of each model through the proxy, and report the time to first token.")
    private boolean probe;

    @Mixin
    private final ConfirmOptions confirm = new ConfirmOptions();

    @Option(
            names = "--at-login",
            negatable = true,
            description = "Warm the configured models after every login, or stop doing so; changes the installation.")
    private @Nullable Boolean atLogin;

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Parameters(
            paramLabel = "MODEL",
            description = "Models such as qwen3-coder or llama3.2:3b (default: the configured models).")
    private List<String> models = List.of();

    @Mixin
    private final WarmOptions warming = new WarmOptions();

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        warming.requireValid(common);
        Installation installation = host.installationWithin(warming.waiting());
        common.require(
                atLogin != null || edits.editPolicy() == LocalEdit.Policy.NONE,
                "--keep-local and --overwrite require --at-login or --no-at-login");
        if (atLogin != null) {
            return host.installer()
                    .run(atLogin(installation.spec(), atLogin), ui)
                    .to(InstallCommand.report(host, console));
        }
        List<String> names = models.isEmpty() ? installation.spec().models() : models;
        WarmModels warmModels =
                host.warmModels(installation, warming.options(), warming.limits(installation.spec()), ui::warming);
        Downloads downloads = Downloads.begin(ui);
        try {
            return new WarmText(console)
                    .report(warmModels.run(names, probe ? Optional.of(TokenProbe.of(installation)) : Optional.empty()));
        } finally {
            downloads.end();
        }
    }

    private Install.InstallRequest atLogin(ServerSpec spec, boolean enable) {
        common.require(
                models.isEmpty(),
                "--at-login warms the configured models; list them under models in the configuration instead");
        common.require(
                !enable || !spec.models().isEmpty(),
                "No models are configured; list them under models in the configuration first");
        return new Install.InstallRequest(Optional.of(spec.withWarmAtLogin(enable)), edits.editPolicy());
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public ConfirmOptions confirm() {
        return confirm;
    }
}
