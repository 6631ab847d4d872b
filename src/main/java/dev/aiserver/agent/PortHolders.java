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

/** Says who holds a port, and how that one is stopped. */
public final class PortHolders {
    private static final Pattern PROCESS = Pattern.compile("\\s*(\\d{1,9})\\s+(\\d{1,9})\\s*");

    private final Host host;
    private final Launchd launchd;

    public PortHolders(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /**
     * Somebody who listens where our services do.
     *
     * @param who in words: {@code port 11434 is taken on 127.0.0.1 by ollama serve (pid 12, user ann)}
     * @param advice how to stop it
     */
    public record Holder(String who, String advice) {

        /** Both, for a message. */
        public String description() {
            return who + "; " + advice;
        }
    }

    /**
     * Who has the port of a service in its place.
     *
     * @param label of the service, whose process may be another one by now
     * @param own process of the service; empty when it does not run
     * @param address that it would listen on
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
        String who = "port " + listener.port() + " is taken on " + listener.address() + " by "
                + (command.isEmpty() ? listener.command() : command) + " (pid " + listener.pid() + ", user "
                + (owner.isEmpty() ? "id " + listener.uid() : owner) + ")";
        if (command.contains("Ollama.app/")) {
            return new Holder(who, OllamaApp.HOW_TO_STOP);
        }
        return job.map(known -> new Holder(who + launchedAs(known), UnloadCommand.advice(known)))
                .orElseGet(() -> new Holder(who, "stop it with \"kill " + listener.pid() + "\" if you know it"));
    }

    private static String launchedAs(Launchd.Owner owner) {
        return ", which launchd runs as " + owner.label() + " and starts again when it is killed";
    }

    /** The process and those that started it: a script may run the server for launchd. */
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

    /** Empty when ps does not say. */
    private String processColumn(Listener listener, String column) {
        CommandResult result = host.query(Command.of("ps", "-o", column + "=", "-p", String.valueOf(listener.pid())));
        return result.succeeded() ? result.text().strip() : "";
    }
}
