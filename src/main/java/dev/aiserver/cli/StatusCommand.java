package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.Json;
import dev.aiserver.report.StatusText;
import dev.aiserver.server.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "status", description = "Services, sockets, edited files and models at a glance.")
final class StatusCommand implements Callable<Integer> {
    private final UseCases useCases;
    private final Console console;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    StatusCommand(UseCases useCases, Console console) {
        this.useCases = useCases;
        this.console = console;
    }

    @Override
    public Integer call() {
        Status.Snapshot snapshot = useCases.status().look();
        console.answer(common.json ? json(snapshot) : text(snapshot));
        return snapshot.isHealthy() ? ExitCode.DONE : ExitCode.FINDINGS;
    }

    private String text(Status.Snapshot snapshot) {
        return new StatusText(console, useCases.layout().home()).of(snapshot);
    }

    private static String json(Status.Snapshot snapshot) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("url", snapshot.url());
        fields.put("address", snapshot.address());
        fields.put("renamed", snapshot.renamed());
        fields.put("underWay", snapshot.inProgress());
        fields.put("services", snapshot.services());
        fields.put("listeners", snapshot.listeners());
        fields.put("edited", snapshot.edited());
        fields.put("logs", snapshot.logs());
        fields.put(
                "conflicts",
                snapshot.conflicts().stream()
                        .map(conflict -> Map.of(
                                "what",
                                conflict.what(),
                                "advice",
                                conflict.advice(),
                                "isHarmful",
                                conflict.isHarmful()))
                        .toList());
        fields.put("unknown", snapshot.inconclusive());
        fields.put("ollama", snapshot.ollamaVersion());
        fields.put("installedModels", snapshot.installedModels());
        fields.put(
                "loadedModels",
                snapshot.loadedModels().stream().map(model -> model.name()).toList());
        return Json.document("status", snapshot.isHealthy() ? "healthy" : "not-healthy", fields);
    }
}
