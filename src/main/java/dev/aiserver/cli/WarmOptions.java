package dev.aiserver.cli;

import dev.aiserver.app.Ui;
import dev.aiserver.models.TokenProbe;
import dev.aiserver.models.WarmLimits;
import dev.aiserver.models.WarmModels;
import dev.aiserver.models.WarmResult;
import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.server.Installation;
import dev.aiserver.value.GoDuration;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Holds the options that say how models are downloaded and loaded, and does so. */
final class WarmOptions {
    /** Limits how long Ollama may be unavailable during a restart. */
    private static final Duration RESTART = Duration.ofSeconds(60);

    @Option(
            names = "--probe",
            description = "Also request a token of each model through the proxy, and report the time to first token.")
    private boolean probe;

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

    void requireValid(CommonOptions command) {
        command.require(parallel >= 1, "--parallel must be 1 or more");
        command.require(retries >= 0, "--retries must be 0 or more");
        command.require(stall.toMillis() >= 1, "--stall must be longer than 0");
    }

    /** Returns how long to wait for a running install, and for Ollama. */
    Duration waiting() {
        return wait;
    }

    /** Warms the models, and tells the user what happens. */
    WarmResult warm(List<String> models, Installation installation, UseCases host, Ui ui) {
        WarmModels.Options options = new WarmModels.Options(keepAlive, update, parallel, wait);
        WarmLimits limits = WarmLimits.of(installation.spec(), stall, retries, RESTART);
        WarmModels warmModels = host.warmModels(installation, options, limits, ui::warming);
        Downloads downloads = Downloads.begin(ui);
        try {
            List<WarmModels.Result> warmed = warmModels.warm(models);
            return new WarmResult(probe ? warmModels.probe(warmed, TokenProbe.of(installation)) : warmed);
        } finally {
            downloads.end();
        }
    }
}
