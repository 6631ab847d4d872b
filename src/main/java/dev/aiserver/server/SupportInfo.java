package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Logs;
import dev.aiserver.plan.StateStore;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads what a bug report needs from a host and changes nothing there: versions, and the ends of the logs. What cannot be
 * read is replaced by the reason, so that one failure does not cost the rest.
 */
public final class SupportInfo {
    private static final int LOG_END_BYTES = 200_000;

    private static final List<Command> SYSTEM = List.of(Command.of("uname", "-srm"), Command.of("sw_vers"));

    private static final Map<String, List<String>> PROGRAMS = new TreeMap<>(Map.of(
            "brew", List.of("--version"),
            "haproxy", List.of("-vv"),
            "ollama", List.of("--version"),
            "tailscale", List.of("version")));

    /** With it, Ollama logs prompts (envconfig/config.go). */
    private static final String OLLAMA_DEBUG = "OLLAMA_DEBUG";

    private final Host host;
    private final StateStore records;

    public SupportInfo(Host host, StateStore records) {
        this.host = host;
        this.records = records;
    }

    /** Returns what the system and the programs print about their versions. Programs that others can replace are not run. */
    public String versions() {
        StringBuilder text = new StringBuilder();
        SYSTEM.forEach(command -> text.append(output(command)));
        ProgramAudit audit = host.ask(ProgramAudit.query(List.copyOf(PROGRAMS.keySet()), host.facts()));
        PROGRAMS.forEach((name, arguments) -> {
            if (audit.missing().contains(name)) {
                text.append(section(name, "not found"));
            } else if (audit.unsafe().containsKey(name)) {
                text.append(section(name, "not run: " + audit.unsafe().get(name)));
            } else {
                text.append(output(Command.of(name, arguments.toArray(String[]::new))));
            }
        });
        return text.toString();
    }

    private String output(Command command) {
        CommandResult result = host.ask(Query.command(command));
        String ended = result.succeeded() ? "" : "exit " + result.exitCode() + "\n";
        return section(command.toString(), ended + (result.text() + "\n" + result.errorText()).strip());
    }

    private static String section(String command, String output) {
        return "$ " + command + "\n" + output + "\n\n";
    }

    /** Returns the last 200 kB of each log, by its file name. Without an installation, the logs of the default folder. */
    public Map<String, String> logEnds() {
        ServerSpec spec = installedOrDefault();
        Logs logs = Logs.of(spec, host.facts().home());
        boolean mayHoldPrompts = spec.ollama().environment().containsKey(OLLAMA_DEBUG);
        Map<String, String> ends = new TreeMap<>();
        for (Path log : logs.all()) {
            boolean leftOut = mayHoldPrompts && logs.ofOllama().contains(log);
            ends.put(
                    String.valueOf(log.getFileName()),
                    leftOut ? "left out: OLLAMA_DEBUG is set, so this log may hold prompts\n" : end(log));
        }
        return ends;
    }

    private ServerSpec installedOrDefault() {
        try {
            return host.ask(Installation.query(records)).spec();
        } catch (UserError notInstalled) {
            return ServerSpec.defaults();
        }
    }

    private String end(Path log) {
        CommandResult result =
                host.ask(Query.command(Command.of("tail", "-c", String.valueOf(LOG_END_BYTES), log.toString())));
        return result.succeeded() ? result.text() : "could not be read: " + result.firstLine() + "\n";
    }
}
