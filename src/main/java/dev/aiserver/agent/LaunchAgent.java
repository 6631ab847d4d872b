package dev.aiserver.agent;

import dev.aiserver.host.Command;
import dev.aiserver.host.Content;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.OllamaHost;
import dev.aiserver.service.PropertyList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The content of a job's property list: the server that it runs, if any, and the address where an Ollama would listen.
 *
 * @param command the program and its arguments, separated by spaces
 * @param ollamaHost the value of {@code OLLAMA_HOST} that its process gets, empty when none
 * @param environment that it sets for its process, in the property list or on the command line
 * @param startsByItself whether launchd starts it on its own, at login, at boot or later
 */
public record LaunchAgent(
        String label, String command, String ollamaHost, Map<String, String> environment, boolean startsByItself) {
    private static final Set<String> STARTERS =
            Set.of("KeepAlive", "StartInterval", "StartCalendarInterval", "WatchPaths", "QueueDirectories", "Sockets");

    private static final Pattern OLLAMA = Pattern.compile("(?:^|[/\\s'\"])ollama['\"]?\\s+(?:serve|start)\\b");
    private static final Pattern HAPROXY = Pattern.compile("(?:^|[/\\s'\"])haproxy['\"]?(?:\\s|$)");

    private static final String OLLAMA_HOST = "OLLAMA_HOST";
    private static final String ENVIRONMENT = "EnvironmentVariables.";

    /** As passed to {@code env} or a shell. */
    private static final Pattern ASSIGNMENT = Pattern.compile("\\b(OLLAMA_[A-Z_]+)=[\"']?([^\\s\"';]*)");

    private static final String BINARY = "bplist";

    /**
     * plutil's error for a file that launchd cannot read either: {@code <stdin>: Property List error: Unexpected
     * character}.
     */
    private static final String NO_PROPERTY_LIST = "Property List error";

    /**
     * Reads a property list; the result is empty when it is not that of a job. It is an error when plutil cannot convert
     * a binary property list.
     */
    public static Query<Optional<LaunchAgent>> read(Content content) {
        return xml(content).map(LaunchAgent::parse);
    }

    private static Optional<LaunchAgent> parse(String xml) {
        try {
            return Optional.of(of(PropertyList.parse(xml))).filter(agent -> !agent.label.isEmpty());
        } catch (UserError notAPropertyList) {
            return Optional.empty();
        }
    }

    private static Query<String> xml(Content content) {
        if (!content.text().startsWith(BINARY)) {
            return Query.of(content.text());
        }
        Command command = Command.of("plutil", "-convert", "xml1", "-o", "-", "-");
        return Query.command(command.withStdin(content.bytes())).map(converted -> {
            boolean isNone = converted.exitCode() == 1 && converted.firstLine().contains(NO_PROPERTY_LIST);
            if (!converted.succeeded() && !isNone) {
                throw converted.inconclusive(command, "what a binary property list starts");
            }
            return converted.text();
        });
    }

    /**
     * Returns the agent in a session.
     *
     * @param variable the value of {@code OLLAMA_HOST} that jobs of the session inherit, empty when none
     */
    public LaunchAgent inSession(String variable) {
        return environment.containsKey(OLLAMA_HOST)
                ? this
                : new LaunchAgent(label, command, variable, environment, startsByItself);
    }

    private static LaunchAgent of(PropertyList plist) {
        List<String> parts = new ArrayList<>();
        String first = plist.value("ProgramArguments.0");
        parts.add(plist.value("Program").isEmpty() ? first : plist.value("Program"));
        for (int i = 1; plist.values().containsKey("ProgramArguments." + i); i++) {
            parts.add(plist.value("ProgramArguments." + i));
        }
        String command = String.join(" ", parts);
        Map<String, String> environment = environment(plist, command);
        return new LaunchAgent(
                plist.value("Label"),
                command,
                environment.getOrDefault(OLLAMA_HOST, ""),
                environment,
                startsByItself(plist));
    }

    /** Returns the environment. An assignment on the command line takes precedence. */
    private static Map<String, String> environment(PropertyList plist, String command) {
        Map<String, String> environment = new TreeMap<>();
        plist.values().forEach((key, value) -> {
            if (key.startsWith(ENVIRONMENT)) {
                environment.put(key.substring(ENVIRONMENT.length()), value);
            }
        });
        ASSIGNMENT.matcher(command).results().forEach(set -> environment.put(set.group(1), set.group(2)));
        return environment;
    }

    private static boolean startsByItself(PropertyList plist) {
        return !plist.value("Disabled").equals("true")
                && (plist.value("RunAtLoad").equals("true")
                        || plist.values().entrySet().stream()
                                .anyMatch(entry ->
                                        STARTERS.contains(entry.getKey().split("\\.", 2)[0])
                                                && !entry.getValue().equals("false")));
    }

    public Optional<ServerProgram> program() {
        if (OLLAMA.matcher(command).find()) {
            return Optional.of(ServerProgram.OLLAMA);
        }
        return HAPROXY.matcher(command).find() ? Optional.of(ServerProgram.HAPROXY) : Optional.empty();
    }

    /** Returns where it would listen if it is an Ollama. */
    public OllamaHost listensOn() {
        return OllamaHost.parse(ollamaHost);
    }
}
