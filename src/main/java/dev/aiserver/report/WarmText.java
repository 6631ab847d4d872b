package dev.aiserver.report;

import dev.aiserver.models.WarmModels.Result;
import dev.aiserver.models.WarmResult;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.report.Console.Colour;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the results of warming models, as text and as JSON data. */
public final class WarmText {
    private final Console console;

    public WarmText(Console console) {
        this.console = console;
    }

    /** Returns a line for each model, and one for each warning. */
    String of(List<Result> results) {
        StringBuilder text = new StringBuilder();
        int width = results.stream()
                .mapToInt(result -> result.model().length())
                .max()
                .orElse(0);
        for (Result result : results) {
            String outcome = Json.word(result.outcome()).replace('-', ' ');
            Colour color = result.isGood() ? Colour.GREEN : Colour.RED;
            text.append("  %s  %s  %s%n"
                    .formatted(
                            console.paint(color, "%-12s".formatted(outcome)),
                            ("%-" + width + "s").formatted(result.model()),
                            Controls.inLine(result.detail())));
            result.warnings()
                    .forEach(warning -> text.append("  %s  %s%n"
                            .formatted(
                                    " ".repeat(12),
                                    console.paint(Colour.YELLOW, "warning: ") + result.model() + ": "
                                            + Controls.inLine(warning))));
        }
        return text.toString();
    }

    /** Returns the report of the result. */
    public Report report(WarmResult result) {
        return Report.of(
                        result.exitCode(),
                        result.models().isEmpty()
                                ? "No models are configured. Name a model, as in \"aiserver warm-models qwen3-coder\".\n"
                                : of(result.models()),
                        () -> Json.document(
                                "warm-models",
                                result.outcome(),
                                Map.of(
                                        "models",
                                        result.models().stream()
                                                .map(WarmText::data)
                                                .toList())))
                .because(result.firstFailure()
                        .map(model -> model.model() + ": " + Controls.inLine(model.detail()))
                        .orElse(""));
    }

    private static Map<String, Object> data(Result result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", result.model());
        fields.put("outcome", Json.word(result.outcome()));
        fields.put("detail", result.detail());
        result.inMemory().ifPresent(model -> fields.putAll(data(model)));
        fields.put("warnings", result.warnings());
        return fields;
    }

    private static Map<String, Object> data(LoadedModel model) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("digest", model.digest());
        fields.put("gpuPercent", model.percentOnGpu());
        fields.put("contextLength", model.contextLength());
        fields.put("neverExpires", model.neverExpires());
        fields.put("expiresAt", model.expiresAt().toString());
        return fields;
    }
}
