package dev.aiserver.cli;

import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Json;
import dev.aiserver.report.WarmBars;
import dev.aiserver.report.WarmJson;
import dev.aiserver.report.WarmLines;
import dev.aiserver.report.WarmReport;
import dev.aiserver.report.WarmText;
import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.TokenProbe;
import dev.aiserver.server.WarmLimits;
import dev.aiserver.server.WarmModels;
import dev.aiserver.server.WarmModels.Outcome;
import dev.aiserver.server.WarmModels.Result;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.value.GoDuration;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "warm-models",
        description = "Download missing models, load them into memory, keep them loaded, and verify it.")
final class WarmModelsCommand implements Callable<Integer> {

    /** Limits how long Ollama may be unavailable during a restart. */
    private static final Duration RESTART = Duration.ofSeconds(60);

    private static final Duration FIRST_TOKEN = Duration.ofMinutes(2);

    private final UseCases useCases;
    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

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

    @Option(names = "--update", description = "Also download installed models again, to get their newest version.")
    private boolean update;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many models to download in parallel (default: 2).")
    private int parallel;

    @Option(
            names = "--keep-alive",
            paramLabel = "DURATION",
            defaultValue = "-1",
            converter = KeepAliveConverter.class,
            description =
                    "How long models stay loaded after the last request, such as 24h or 90m (default: -1, no limit).")
    @SuppressWarnings("NullAway.Init")
    private KeepAlive keepAlive;

    @Option(
            names = "--stall",
            paramLabel = "DURATION",
            defaultValue = "120s",
            converter = DurationConverter.class,
            description = "How long a download may stall before it is retried (default: 120s).")
    @SuppressWarnings("NullAway.Init")
    private Duration stall;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often to retry a download or a load that failed (default: 3).")
    private int retries;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "How long to wait for a running install, and for Ollama to answer (default: 0s).")
    @SuppressWarnings("NullAway.Init")
    private Duration wait;

    WarmModelsCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    private static final class KeepAliveConverter implements ITypeConverter<KeepAlive> {
        @Override
        public KeepAlive convert(String text) {
            return KeepAlive.parse(text)
                    .orElseThrow(() -> new TypeConversionException("\"" + text
                            + "\" is not valid: use a duration such as 24h or 90m, or -1 to keep models loaded"));
        }
    }

    private static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return GoDuration.parse(text)
                    .filter(duration -> !duration.isNegative())
                    .orElseThrow(() -> new TypeConversionException(
                            "\"" + text + "\" is not a valid duration: use one such as 90s or 10m"));
        }
    }

    @Override
    public Integer call() {
        require(parallel >= 1, "--parallel must be 1 or more");
        require(retries >= 0, "--retries must be 0 or more");
        require(stall.toMillis() >= 1, "--stall must be longer than 0");
        Installation installation = useCases.installationWithin(wait);
        require(
                atLogin != null || edits.editPolicy() == LocalEdit.Policy.NONE,
                "--keep-local and --overwrite require --at-login or --no-at-login");
        if (atLogin != null) {
            return install(installation.spec(), atLogin);
        }
        List<String> names = models.isEmpty() ? installation.spec().models() : models;
        WarmLimits limits = WarmLimits.of(installation.spec(), stall, retries, RESTART);
        WarmModels.Options options = new WarmModels.Options(keepAlive, update, parallel, wait);
        List<Result> results;
        AtomicBoolean finished = new AtomicBoolean();
        try (WarmReport report = report()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted(finished, report)));
            WarmModels warmModels = useCases.warmModels(installation, options, limits, report);
            List<Result> warmed = warmModels.warm(names);
            results = probe ? warmModels.probe(warmed, probe(installation)) : warmed;
        } finally {
            finished.set(true);
        }
        if (common.json) {
            console.print(Json.document("warm-models", outcome(results), Map.of("models", WarmText.data(results))));
        } else if (results.isEmpty()) {
            console.print("No models are configured. Name a model, as in \"aiserver warm-models qwen3-coder\".\n");
        } else {
            console.print(new WarmText(console).of(results));
        }
        return outcome(results).exitCode();
    }

    private int install(ServerSpec spec, boolean enable) {
        require(
                models.isEmpty(),
                "--at-login warms the configured models; list them under models in the configuration instead");
        require(
                !enable || !spec.models().isEmpty(),
                "No models are configured; list them under models in the configuration first");
        Install.InstallRequest request =
                new Install.InstallRequest(Optional.of(spec.withWarmAtLogin(enable)), edits.editPolicy());
        return new InstallCommand(useCases, console, common, confirm)
                .carryOut(request, MachineOptions.isVerbose(command));
    }

    private static TokenProbe probe(Installation installation) {
        int port = installation.spec().proxy().port();
        return new TokenProbe(
                new InetSocketAddress(installation.receipt().address(), port),
                installation.spec().name() + ":" + port,
                FIRST_TOKEN);
    }

    private WarmReport report() {
        if (common.json) {
            return new WarmJson(console);
        }
        return console.redraws() ? new WarmBars(console) : new WarmLines(console);
    }

    /** Runs on Ctrl-C. Ollama stops a download when its client disconnects, and keeps what it has downloaded. */
    private void interrupted(AtomicBoolean finished, WarmReport report) {
        if (!finished.get()) {
            report.close();
            console.notice("Interrupted. Run the command again to resume the downloads.");
        }
    }

    private void require(boolean met, String sentence) {
        if (!met) {
            throw new ParameterException(command.commandLine(), sentence);
        }
    }

    private static CommandOutcome outcome(List<Result> results) {
        if (results.stream().anyMatch(result -> result.outcome() == Outcome.EVICTED)) {
            return CommandOutcome.EVICTED;
        }
        return results.stream().anyMatch(result -> result.outcome() == Outcome.FAILED)
                ? CommandOutcome.FAILED
                : CommandOutcome.WARMED;
    }
}
