package dev.aiserver.cli;

import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.report.CommandOutcome;
import dev.aiserver.report.Console;
import dev.aiserver.report.Json;
import dev.aiserver.report.StatusText;
import dev.aiserver.server.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "status", description = "Show services, sockets, local edits and models.")
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
        CommandOutcome outcome = snapshot.isHealthy() ? CommandOutcome.HEALTHY : CommandOutcome.UNHEALTHY;
        console.print(common.json ? json(snapshot, outcome) : text(snapshot));
        return outcome.exitCode();
    }

    private String text(Status.Snapshot snapshot) {
        return new StatusText(console, useCases.layout().home()).of(snapshot);
    }

    private static String json(Status.Snapshot snapshot, CommandOutcome outcome) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("url", snapshot.url());
        fields.put("address", snapshot.address());
        fields.put("renamed", snapshot.renamed());
        fields.put("unfinished", snapshot.inProgress());
        fields.put("services", snapshot.services());
        fields.put("listeners", snapshot.listeners());
        fields.put("edited", snapshot.edited());
        fields.put("logs", snapshot.logs());
        fields.put(
                "conflicts",
                snapshot.conflicts().stream().map(StatusCommand::json).toList());
        fields.put("inconclusive", snapshot.inconclusive());
        fields.put("ollamaVersion", snapshot.ollamaVersion());
        fields.put("installedModels", snapshot.installedModels());
        fields.put(
                "loadedModels",
                snapshot.loadedModels().stream().map(model -> model.name()).toList());
        return Json.document("status", outcome, fields);
    }

    private static Map<String, Object> json(ConflictingServer conflict) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("what", conflict.what());
        fields.put("advice", conflict.advice());
        fields.put("harmful", conflict.isHarmful());
        return fields;
    }
}
