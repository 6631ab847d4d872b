package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.app.Verifier.VerifyRequest;
import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.Report;
import dev.aiserver.report.StatusText;
import dev.aiserver.report.SupportBundle;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.SupportInfo;
import dev.aiserver.verify.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
    private final DebugLog debug;
    private final String version;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "FILE",
            description = "The archive to write, such as aiserver-support.zip. Only you can read it.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    SupportBundleCommand(DebugLog debug, String version) {
        this.debug = debug;
        this.version = version;
    }

    @Override
    public Report run(UseCases host, Ui ui, Console console) {
        SupportInfo info = host.supportInfo();
        String versions = info.versions();
        // Read before the checks, whose requests would fill the log of the proxy.
        Map<String, String> logs = info.logEnds();
        Map<String, Object> status =
                document("status", () -> StatusText.document(host.status().look()));
        Map<String, Object> verify = document(
                "verify",
                () -> VerdictText.document(host.verifier()
                        .run(VerifyRequest.ofInstalled(new Selection(List.of(), false)), verdict -> {})));
        SupportBundle bundle = SupportBundle.of(version, versions, status, verify, logs)
                .redacted(host.layout().home());
        try {
            PrivateFile.write(file, bundle.zipped());
        } catch (IOException e) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "%s: could not write the archive (%s). Name a file in a folder that exists and that you may write to."
                            .formatted(file, PrivateFile.reason(e)));
        }
        return bundle.report(file);
    }

    private Map<String, Object> document(String command, Supplier<Map<String, Object>> ofHost) {
        try {
            return ofHost.get();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError thrown) {
            return Failure.of(thrown, debug).document(command);
        }
    }

    @Override
    public CommonOptions common() {
        return common;
    }

    @Override
    public void requireAllowedForSeveral() {
        common.require(false, "support-bundle writes one archive for one machine; name it with --host");
    }
}
