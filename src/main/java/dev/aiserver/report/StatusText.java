package dev.aiserver.report;

import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.Status;
import java.util.stream.Collectors;

/** A look at a server, for people. */
public final class StatusText {
    private final Console console;

    public StatusText(Console console) {
        this.console = console;
    }

    public String of(Status.Snapshot snapshot) {
        StringBuilder text = new StringBuilder();
        text.append(
                        snapshot.isHealthy()
                                ? console.paint(Colour.GREEN, "healthy")
                                : console.paint(Colour.RED, "not healthy"))
                .append("  ")
                .append(snapshot.url())
                .append('\n');
        snapshot.services()
                .forEach(service -> text.append("  %-12s %s%s%s%n"
                        .formatted(
                                service.label(),
                                service.state(),
                                service.pid() == 0 ? "" : ", pid " + service.pid(),
                                service.problem().isEmpty()
                                        ? ""
                                        : console.paint(Colour.RED, "  " + service.problem()))));
        snapshot.listeners()
                .forEach(listener ->
                        text.append("  listens      ").append(listener).append('\n'));
        snapshot.edited()
                .forEach(file -> text.append(console.paint(Colour.YELLOW, "  edited       "))
                        .append(file)
                        .append("  (\"aiserver install --dry-run\" shows how)\n"));
        if (!snapshot.ollamaVersion().isEmpty()) {
            text.append("  Ollama       ").append(snapshot.ollamaVersion()).append('\n');
            text.append("  on disk      ")
                    .append(orNone(String.join(", ", snapshot.installedModels())))
                    .append('\n');
            text.append("  in memory    ")
                    .append(orNone(snapshot.loadedModels().stream()
                            .map(LoadedModel::name)
                            .collect(Collectors.joining(", "))))
                    .append('\n');
        }
        return text.toString();
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "no models" : text;
    }
}
