package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.Report;
import dev.aiserver.report.SupportBundle;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "support-bundle",
        description = {
            "Collect what a bug report needs in one zip archive: versions, status, checks and the ends of the logs.",
            "Secrets and user names are masked. Nothing is sent anywhere."
        })
final class SupportBundleCommand implements HostCommand {
    private final SupportCollector collector;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "FILE",
            description = "The archive to write, such as aiserver-support.zip. Only you can read it.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    SupportBundleCommand(SupportCollector collector) {
        this.collector = collector;
    }

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        SupportBundle bundle = collector.collect(host);
        try {
            PrivateFile.write(file, bundle.zipped());
        } catch (IOException e) {
            throw new UserError(UserError.Kind.CONFIGURATION, PrivateFile.failure(file.toString(), "archive", e));
        }
        return bundle.report(file);
    }

    @Override
    public Scope scope() {
        return Scope.of(common).forOneHost("support-bundle writes one archive for one machine; name it with --host");
    }
}
