package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.app.Verifier.VerifyRequest;
import dev.aiserver.app.VerifyResult;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.Verify;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Selection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = "Verify that the server runs, listens only where it should, and blocks what it should.")
final class VerifyCommand implements HostCommand {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(names = "--list", description = "List the checks; run none.")
    private boolean list;

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Run only these checks; * matches anything, as in 'bindings.*'.")
    private List<String> only = List.of();

    @Option(names = "--no-inference", description = "Skip the checks that send prompts to a model.")
    private boolean noInference;

    @Option(
            names = "--max-latency",
            paramLabel = "MS",
            description = "Fail if the proxy adds more than this to a response (default: warn above 1 ms).")
    private @Nullable Double maxLatency;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "Verify another server from this machine, as a client sees it: NAME:PORT or http://NAME:PORT.")
    private @Nullable String url;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "With --url: the configuration of that server (default: the strict defaults).")
    private @Nullable Path config;

    @Mixin
    private final ReportOptions reports = new ReportOptions();

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        if (config != null && url == null && host.machine().isEmpty()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "--config requires --url; for the installed server, aiserver reads the receipt.");
        }
        Selection selection = new Selection(only, !noInference);
        ServerSpec spec = config == null || !list && url == null
                ? ServerSpec.defaults()
                : ConfigurationFile.read(config, host.machine());
        if (list) {
            return VerdictText.listed(selection.of(Verify.checksOf(spec)));
        }
        VerifyResult result = host.verifier()
                .run(
                        new VerifyRequest(Optional.ofNullable(url), spec, selection, Optional.ofNullable(maxLatency)),
                        ui::checked);
        return VerdictText.report(
                result.withUnwritten(reports.write(result, host.layout().home())), console);
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    /** Returns the configuration that may name hosts; with {@code --url}, it describes another server. */
    @Override
    public Optional<Path> config() {
        return url == null ? Optional.ofNullable(config) : Optional.empty();
    }
}
