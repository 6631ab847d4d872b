package dev.aiserver.agent;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.net.Listener;
import dev.aiserver.service.Launchd;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Identifies the process that holds a port, and how to stop it. */
public final class PortHolders {
    private static final Pattern PROCESS = Pattern.compile("\\s*(\\d{1,9})\\s+(\\d{1,9})\\s*");

    private final Host host;
    private final Launchd launchd;

    public PortHolders(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /**
     * A process that listens where our services do.
     *
     * @param who in words: {@code port 11434 is in use on 127.0.0.1 by ollama serve (pid 12, user ann)}
     * @param advice how to stop it
     */
    public record Holder(String who, String advice) {

        /** Returns the process and the advice, for a message. */
        public String description() {
            return who + "; " + advice;
        }
    }

    /**
     * Returns the process that holds the port of a service instead of the service.
     *
     * @param label of the service, whose process may have changed
     * @param own process of the service; empty when it is not running
     * @param address that the service would listen on
     */
    public Optional<Holder> otherThan(
            String label, OptionalInt own, String address, int port, List<Listener> listeners) {
        List<Listener> matching = listeners.stream()
                .filter(listener -> listener.port() == port)
                .filter(listener -> listener.isWildcard() || listener.address().equals(address))
                .toList();
        boolean isOurs = own.isPresent() && matching.stream().anyMatch(listener -> listener.belongsTo(own.getAsInt()));
        for (Listener listener : isOurs ? List.<Listener>of() : matching) {
            Optional<Launchd.Owner> job = job(listener);
            if (!job.map(Launchd.Owner::label).equals(Optional.of(label))) {
                return Optional.of(of(listener, job));
            }
        }
        return Optional.empty();
    }

    private Optional<Launchd.Owner> job(Listener listener) {
        return launchd.owner(ancestry(listener.pid()));
    }

    public Holder of(Listener listener) {
        return of(listener, job(listener));
    }

    private Holder of(Listener listener, Optional<Launchd.Owner> job) {
        String command = processColumn(listener, "args");
        String owner = processColumn(listener, "user");
        String who = "port " + listener.port() + " is in use on " + listener.address() + " by "
                + (command.isEmpty() ? listener.command() : command) + " (pid " + listener.pid() + ", user "
                + (owner.isEmpty() ? "id " + listener.uid() : owner) + ")";
        if (command.contains("Ollama.app/")) {
            return new Holder(who, OllamaApp.HOW_TO_STOP);
        }
        return job.map(known -> new Holder(who + launchedAs(known), UnloadCommand.advice(known)))
                .orElseGet(() -> new Holder(who, "if you recognize it, stop it with \"kill " + listener.pid() + "\""));
    }

    private static String launchedAs(Launchd.Owner owner) {
        return ", which launchd runs as " + owner.label() + " and restarts when it is killed";
    }

    /** Returns the process and its ancestors: launchd may run the server through a script. */
    private List<Integer> ancestry(int pid) {
        Map<Integer, Integer> parents = new HashMap<>();
        host.query(Command.of("ps", "-A", "-o", "pid=", "-o", "ppid="))
                .text()
                .lines()
                .map(PROCESS::matcher)
                .filter(Matcher::matches)
                .forEach(line -> parents.put(Integer.valueOf(line.group(1)), Integer.valueOf(line.group(2))));
        Set<Integer> ancestry = new LinkedHashSet<>();
        for (Integer each = pid; each != null && each > 1 && ancestry.add(each); ) {
            each = parents.get(each);
        }
        return List.copyOf(ancestry);
    }

    /** Returns a column of ps, or an empty string when ps fails. */
    private String processColumn(Listener listener, String column) {
        CommandResult result = host.query(Command.of("ps", "-o", column + "=", "-p", String.valueOf(listener.pid())));
        return result.succeeded() ? result.text().strip() : "";
    }
}
