package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
import dev.aiserver.report.ExitCode;
import dev.aiserver.report.Json;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.Verify;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.ReachCheck;
import dev.aiserver.verify.Selection;
import dev.aiserver.verify.Verdict;
import dev.aiserver.verify.VerifyContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = "Verify that the server runs, listens only where it should, and blocks what it should.")
final class VerifyCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

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

    VerifyCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (config != null && url == null && useCases.machine().isEmpty()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "--config requires --url; for the installed server, aiserver reads the receipt.");
        }
        return list ? list() : verify();
    }

    private int list() {
        List<Check> checks = selection().of(Verify.checksOf(spec()));
        console.print(
                common.json
                        ? Json.document("verify", CommandOutcome.LISTED, Map.of("checks", Json.checks(checks)))
                        : VerdictText.list(checks));
        return ExitCode.DONE.code();
    }

    private int verify() {
        Verify verify = useCases.verify();
        VerifyContext standard = url == null ? verify.installed() : Verify.fromClient(url, spec());
        VerifyContext context = maxLatency == null ? standard : standard.withMaxLatency(maxLatency);
        VerdictText text = new VerdictText(console);
        List<Verdict> verdicts = verify.verify(context, selection(), verdict -> {
            if (!common.json) {
                console.print(text.line(verdict) + "\n");
            }
        });
        List<String> errors = reports.write(
                verdicts,
                context.client().name(),
                "http://" + context.client().host(),
                useCases.layout().home());
        errors.forEach(sentence -> console.notice("aiserver: " + Controls.inLine(sentence)));
        CommandOutcome outcome = outcome(verdicts);
        console.print(
                common.json
                        ? Json.document("verify", outcome, Map.of("checks", Json.verdicts(verdicts)))
                        : text.summary(verdicts));
        if (!errors.isEmpty()) {
            return ExitCode.REJECTED.code();
        }
        return isUnreachable(verdicts) ? ExitCode.UNREACHABLE.code() : outcome.exitCode();
    }

    private static CommandOutcome outcome(List<Verdict> verdicts) {
        if (!verdicts.stream().allMatch(Verdict::isGood)) {
            return CommandOutcome.NOT_VERIFIED;
        }
        return verdicts.stream().anyMatch(verdict -> verdict.outcome() instanceof Outcome.Passed)
                ? CommandOutcome.VERIFIED
                : CommandOutcome.NOTHING_VERIFIED;
    }

    private static boolean isUnreachable(List<Verdict> verdicts) {
        return verdicts.stream()
                .anyMatch(verdict -> verdict.id().equals(ReachCheck.ID) && verdict.outcome() instanceof Outcome.Failed);
    }

    private Selection selection() {
        return new Selection(only, !noInference);
    }

    private ServerSpec spec() {
        return config == null ? ServerSpec.defaults() : ConfigurationFile.read(config, useCases.machine());
    }
}
