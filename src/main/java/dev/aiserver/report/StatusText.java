package dev.aiserver.report;

import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.Status;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the status of a server for a terminal. */
public final class StatusText {
    private static final int NARROWEST = 12;

    private final Console console;
    private final TildePaths names;

    /** @param home folder that is written as {@code ~} */
    public StatusText(Console console, Path home) {
        this.console = console;
        this.names = new TildePaths(home);
    }

    /** Returns the report of the status. */
    public Report report(Status.Snapshot snapshot) {
        return Report.of(snapshot.exitCode(), of(snapshot), () -> document(snapshot));
    }

    /** Returns the document of the status. */
    public static Map<String, Object> document(Status.Snapshot snapshot) {
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
                snapshot.conflicts().stream().map(StatusText::document).toList());
        fields.put("inconclusive", snapshot.inconclusive());
        fields.put("ollamaVersion", snapshot.ollamaVersion());
        fields.put("installedModels", snapshot.installedModels());
        fields.put(
                "loadedModels",
                snapshot.loadedModels().stream().map(LoadedModel::name).toList());
        return Json.document("status", snapshot.outcome(), fields);
    }

    private static Map<String, Object> document(ConflictingServer conflict) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("what", conflict.what());
        fields.put("advice", conflict.advice());
        fields.put("harmful", conflict.isHarmful());
        return fields;
    }

    /** Returns the status, with what is wrong first. */
    String of(Status.Snapshot snapshot) {
        StringBuilder text = new StringBuilder();
        text.append(
                        snapshot.isHealthy()
                                ? console.paint(Colour.GREEN, "healthy")
                                : console.paint(Colour.RED, "unhealthy"))
                .append("  ")
                .append(Controls.inLine(snapshot.url()))
                .append('\n');
        Status.Address address = snapshot.address();
        if (!address.present()) {
            text.append("  Address: %s. To fix it, %s. Until then, launchd restarts com.haproxy every 10 s.%n"
                    .formatted(Controls.inLine(address.problem()), Controls.inLine(address.remedy())));
        }
        snapshot.renamed()
                .forEach(name -> text.append(
                        "  Tailscale now names this machine %s, which the proxy rejects (421). Run \"aiserver install\".%n"
                                .formatted(name)));
        if (!snapshot.inProgress().isEmpty()) {
            line(text, "  " + console.paint(Colour.YELLOW, "unfinished") + "  ", snapshot.inProgress());
        }
        int width = snapshot.services().stream()
                .mapToInt(service -> service.label().length())
                .max()
                .orElse(0);
        String row = "  %-" + Math.max(width, NARROWEST) + "s  ";
        snapshot.services().forEach(service -> line(text, row.formatted(service.label()), state(service)));
        snapshot.listeners().forEach(listener -> line(text, row.formatted("listens"), listener));
        String edited = console.paint(Colour.YELLOW, row.formatted("edited"));
        snapshot.edited().forEach(file -> line(text, edited, names.of(file) + "  (\"aiserver plan\" shows the edit)"));
        Status.LogSize logs = snapshot.logs();
        line(
                text,
                row.formatted("logs"),
                names.of(logs.folder()) + ", " + logs.humanSize()
                        + (logs.warning().isEmpty() ? "" : console.paint(Colour.YELLOW, "  " + logs.warning())));
        snapshot.conflicts()
                .forEach(conflict -> line(
                        text,
                        console.paint(conflict.isHarmful() ? Colour.RED : Colour.YELLOW, row.formatted("conflict")),
                        names.of(conflict.description())));
        String inconclusive = console.paint(Colour.YELLOW, row.formatted("inconclusive"));
        snapshot.inconclusive().forEach(sentence -> line(text, inconclusive, sentence));
        if (!snapshot.ollamaVersion().isEmpty()) {
            List<String> loaded =
                    snapshot.loadedModels().stream().map(LoadedModel::name).toList();
            line(text, row.formatted("Ollama"), snapshot.ollamaVersion());
            line(text, row.formatted("on disk"), orNone(snapshot.installedModels()));
            line(text, row.formatted("in memory"), orNone(loaded));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append(label).append(Controls.inLine(value)).append('\n');
    }

    private String state(Status.Service service) {
        return service.state()
                + (service.pid() == 0 ? "" : ", pid " + service.pid())
                + (service.problem().isEmpty() ? "" : console.paint(Colour.RED, "  " + service.problem()));
    }

    private static String orNone(List<String> models) {
        return models.isEmpty() ? "no models" : String.join(", ", models);
    }
}
