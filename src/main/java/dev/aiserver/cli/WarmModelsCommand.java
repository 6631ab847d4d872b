package dev.aiserver.cli;

import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.report.Json;
import dev.aiserver.report.PullText;
import dev.aiserver.server.Installation;
import dev.aiserver.server.WarmModels;
import dev.aiserver.server.WarmModels.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "warm-models",
        description = "Download models that are missing, load them into memory, keep them there, and prove it.")
final class WarmModelsCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "MODEL",
            description = "Such as qwen3-coder or llama3.2:3b; without any, the configured ones.")
    private List<String> models = List.of();

    WarmModelsCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        Installation installation = useCases.installation();
        List<String> wanted = models.isEmpty() ? installation.spec().models() : models;
        OllamaClient ollama = new OllamaClient(installation.spec().ollama().port());
        List<WarmModels.Result> results = new WarmModels(ollama, new PullText(console)).warm(wanted);
        if (common.json) {
            console.answer(Json.document("warm-models", outcome(results), Map.of("models", results)));
        } else if (results.isEmpty()) {
            console.answer("No models are configured; name some, as in \"aiserver warm-models qwen3-coder\".\n");
        } else {
            results.forEach(result -> console.answer(line(result)));
        }
        return exitCode(results);
    }

    private String line(WarmModels.Result result) {
        boolean good = result.outcome() == Outcome.WARMED || result.outcome() == Outcome.ALREADY_WARM;
        String outcome = result.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "  " + console.paint(good ? Colour.GREEN : Colour.RED, outcome) + "  " + result.model() + "  "
                + result.detail() + "\n";
    }

    private static String outcome(List<WarmModels.Result> results) {
        return switch (exitCode(results)) {
            case ExitCode.DONE -> "warm";
            case ExitCode.FINDINGS -> "evicted";
            default -> "failed";
        };
    }

    private static int exitCode(List<WarmModels.Result> results) {
        if (results.stream().anyMatch(result -> result.outcome() == Outcome.EVICTED)) {
            return ExitCode.FINDINGS;
        }
        return results.stream().anyMatch(result -> result.outcome() == Outcome.FAILED)
                ? ExitCode.FAILED
                : ExitCode.DONE;
    }
}
