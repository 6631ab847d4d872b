package dev.aiserver.cli;

import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.plan.LocalEdit;
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
import dev.aiserver.spec.GoDuration;
import dev.aiserver.spec.ServerSpec;
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
        description = "Download models that are missing, load them into memory, keep them there, and prove it.")
final class WarmModelsCommand implements Callable<Integer> {

    /** How long Ollama may be away while it is restarted. */
    private static final Duration ABSENCE = Duration.ofSeconds(60);

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
            description = "Also ask each for a token through the proxy, and say how long the first one takes.")
    private boolean probe;

    @Mixin
    private final ConfirmOptions consent = new ConfirmOptions();

    @Option(
            names = "--at-login",
            negatable = true,
            description =
                    "Do this after every login with the configured models, or no longer; changes the installation.")
    private @Nullable Boolean atLogin;

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Parameters(
            paramLabel = "MODEL",
            description = "Such as qwen3-coder or llama3.2:3b; without any, the configured ones.")
    private List<String> models = List.of();

    @Option(names = "--update", description = "Download also what is there already, for its newest version.")
    private boolean update;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many downloads at once (default: 2).")
    private int parallel;

    @Option(
            names = "--keep-alive",
            paramLabel = "DURATION",
            defaultValue = "-1",
            converter = KeepAliveConverter.class,
            description = "How long they stay after their last request, such as 24h or 90m (default: -1, for ever).")
    @SuppressWarnings("NullAway.Init")
    private KeepAlive keepAlive;

    @Option(
            names = "--stall",
            paramLabel = "DURATION",
            defaultValue = "120s",
            converter = DurationConverter.class,
            description = "How long a download may stand still before it is tried again (default: 120s).")
    @SuppressWarnings("NullAway.Init")
    private Duration stall;

    @Option(
            names = "--retries",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often a download or a load that broke off is tried again (default: 3).")
    private int retries;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description =
                    "How long to wait for an installation under way, and for Ollama to answer (default: not at all).")
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
                    .orElseThrow(() -> new TypeConversionException(
                            "\"" + text + "\" is no time to stay; write it as in 24h, 90m, or -1 for ever"));
        }
    }

    private static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return GoDuration.parse(text)
                    .filter(duration -> !duration.isNegative())
                    .orElseThrow(() ->
                            new TypeConversionException("\"" + text + "\" is no duration; write it as in 90s or 10m"));
        }
    }

    @Override
    public Integer call() {
        require(parallel >= 1, "--parallel must be 1 or more");
        require(retries >= 0, "--retries must be 0 or more");
        require(stall.toMillis() >= 1, "--stall must be longer than nothing");
        Installation installation = useCases.installationWithin(wait);
        require(
                atLogin != null || edits.editPolicy() == LocalEdit.Policy.NONE,
                "--keep-local and --overwrite go with --at-login or --no-at-login");
        if (atLogin != null) {
            return install(installation.spec(), atLogin);
        }
        List<String> wanted = models.isEmpty() ? installation.spec().models() : models;
        WarmLimits limits = WarmLimits.of(installation.spec(), stall, retries, ABSENCE);
        WarmModels.Options options = new WarmModels.Options(keepAlive, update, parallel, wait);
        List<Result> results;
        AtomicBoolean ended = new AtomicBoolean();
        try (WarmReport report = report()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupted(ended, report)));
            WarmModels warmModels = useCases.warmModels(installation, options, limits, report);
            List<Result> warmed = warmModels.warm(wanted);
            results = probe ? warmModels.probe(warmed, probe(installation)) : warmed;
        } finally {
            ended.set(true);
        }
        if (common.json) {
            console.answer(Json.document("warm-models", outcome(results), Map.of("models", WarmText.data(results))));
        } else if (results.isEmpty()) {
            console.answer("No models are configured; name some, as in \"aiserver warm-models qwen3-coder\".\n");
        } else {
            console.answer(new WarmText(console).of(results));
        }
        return exitCode(results);
    }

    private int install(ServerSpec spec, boolean wanted) {
        require(
                models.isEmpty(),
                "--at-login is for the configured models; name them under models in the configuration");
        require(!wanted || !spec.models().isEmpty(), "No models are configured; name them under models first");
        Install.InstallRequest wish =
                new Install.InstallRequest(Optional.of(spec.withWarmAtLogin(wanted)), edits.editPolicy());
        return new InstallCommand(useCases, console, common, consent).carryOut(wish);
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

    /** Ollama gives up what nobody waits for any more, and keeps what it has downloaded. */
    private void interrupted(AtomicBoolean ended, WarmReport report) {
        if (!ended.get()) {
            report.close();
            console.say("Interrupted; run the same command again, downloads go on where they stopped.");
        }
    }

    private void require(boolean right, String sentence) {
        if (!right) {
            throw new ParameterException(command.commandLine(), sentence);
        }
    }

    private static String outcome(List<Result> results) {
        return switch (exitCode(results)) {
            case ExitCode.DONE -> "warm";
            case ExitCode.FINDINGS -> "evicted";
            default -> "failed";
        };
    }

    private static int exitCode(List<Result> results) {
        if (results.stream().anyMatch(result -> result.outcome() == Outcome.EVICTED)) {
            return ExitCode.FINDINGS;
        }
        return results.stream().anyMatch(result -> result.outcome() == Outcome.FAILED)
                ? ExitCode.FAILED
                : ExitCode.DONE;
    }
}
