package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.report.Console;
import dev.aiserver.report.InstallReport;
import dev.aiserver.report.Report;
import dev.aiserver.report.WarmText;
import dev.aiserver.server.Install.InstallRequest;
import dev.aiserver.server.Installation;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "warm-models",
        description = "Download missing models, load them into memory, keep them loaded, and verify it.")
final class WarmModelsCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final AtLoginOptions atLogin = new AtLoginOptions();

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
        Optional<InstallRequest> change = atLogin.request(common, installation.spec(), models);
        if (change.isPresent()) {
            return host.installer()
                    .run(change.get(), ui)
                    .to(new InstallReport(console, host.machine(), host.layout(), host.shellPath()));
        }
        List<String> names = models.isEmpty() ? installation.spec().models() : models;
        return new WarmText(console).report(warming.warm(names, installation, host, ui));
    }

    @Override
    public Scope scope() {
        return atLogin.in(Scope.of(common));
    }
}
