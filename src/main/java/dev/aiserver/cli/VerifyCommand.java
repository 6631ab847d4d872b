package dev.aiserver.cli;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.Controls;
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
        description =
                "Prove that the server runs, listens where it should and nowhere else, and refuses what it should.")
final class VerifyCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(names = "--list", description = "Say which checks there are, and carry out none.")
    private boolean list;

    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Carry out these checks only; * stands for anything, as in 'bindings.*'.")
    private List<String> only = List.of();

    @Option(names = "--no-inference", description = "Ask no model anything.")
    private boolean noInference;

    @Option(
            names = "--max-latency",
            paramLabel = "MS",
            description =
                    "How much the proxy may add to the time of an answer. More is a failure; without this, more than 1 ms is a warning.")
    private @Nullable Double maxLatency;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Prove from this machine what a client can of another server, NAME:PORT or http://NAME:PORT.")
    private @Nullable String url;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "With --url: that server's configuration; without it, it is taken for strict.")
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
                    "--config goes with --url; the installed server is known by its receipt.");
        }
        return list ? list() : verify();
    }

    private int list() {
        List<Check> checks = selection().of(Verify.checksOf(spec()));
        console.answer(
                common.json
                        ? Json.document("verify", "listed", Map.of("checks", Json.checks(checks)))
                        : VerdictText.list(checks));
        return ExitCode.DONE;
    }

    private int verify() {
        Verify verify = useCases.verify();
        VerifyContext usual = url == null ? verify.installed() : Verify.fromClient(url, spec());
        VerifyContext subject = maxLatency == null ? usual : usual.withMaxLatency(maxLatency);
        VerdictText text = new VerdictText(console);
        List<Verdict> verdicts = verify.verify(subject, selection(), verdict -> {
            if (!common.json) {
                console.answer(text.line(verdict) + "\n");
            }
        });
        List<String> unwritten = reports.write(
                verdicts,
                subject.client().name(),
                "http://" + subject.client().host(),
                useCases.layout().home());
        unwritten.forEach(sentence -> console.say("aiserver: " + Controls.inLine(sentence)));
        boolean good = verdicts.stream().allMatch(Verdict::isGood);
        console.answer(
                common.json
                        ? Json.document("verify", status(verdicts), Map.of("checks", Json.verdicts(verdicts)))
                        : text.summary(verdicts));
        if (!unwritten.isEmpty()) {
            return ExitCode.USAGE;
        }
        return good ? ExitCode.DONE : isUnreachable(verdicts) ? ExitCode.UNREACHABLE : ExitCode.FINDINGS;
    }

    /** Where all was skipped, nothing is verified. */
    private static String status(List<Verdict> verdicts) {
        if (!verdicts.stream().allMatch(Verdict::isGood)) {
            return "not-verified";
        }
        return verdicts.stream().anyMatch(verdict -> verdict.outcome() instanceof Outcome.Passed)
                ? "verified"
                : "nothing-verified";
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
