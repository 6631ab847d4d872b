package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.app.Verifier.VerifyRequest;
import dev.aiserver.app.VerifyResult;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.Verify;
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

    @Mixin
    private final VerifyOptions options = new VerifyOptions();

    @Mixin
    private final ReportOptions reports = new ReportOptions();

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        VerifyRequest request = options.request(host.machine());
        if (list) {
            return VerdictText.listed(request.selection().of(Verify.checksOf(request.spec())));
        }
        VerifyResult result = host.verifier().run(request, ui::checked);
        return VerdictText.report(
                result.withUnwritten(reports.write(result, host.layout().home())), console);
    }

    @Override
    public Scope scope() {
        return Scope.of(common).withHostsIn(options.inventory());
    }
}
