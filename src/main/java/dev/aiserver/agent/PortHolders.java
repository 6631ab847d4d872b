package dev.aiserver.agent;

import dev.aiserver.host.Command;
import dev.aiserver.host.Query;
import dev.aiserver.net.Listener;
import dev.aiserver.service.LoadedJobs;
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

    private final LoadedJobs jobs;

    public PortHolders(LoadedJobs jobs) {
        this.jobs = jobs;
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
     * Asks for the process that holds the port of a service instead of the service.
     *
     * @param label of the service, whose process may have changed
     * @param own process of the service; empty when it is not running
     * @param address that the service would listen on
     */
    public Query<Optional<Holder>> otherThan(
            String label, OptionalInt own, String address, int port, List<Listener> listeners) {
        List<Listener> matching = listeners.stream()
                .filter(listener -> listener.port() == port)
                .filter(listener -> listener.isWildcard() || listener.address().equals(address))
                .toList();
        boolean isOurs = own.isPresent() && matching.stream().anyMatch(listener -> listener.belongsTo(own.getAsInt()));
        return Query.present((isOurs ? List.<Listener>of() : matching)
                        .stream().map(listener -> holder(label, listener)).toList())
                .map(holders -> holders.stream().findFirst());
    }

    /** Asks for the holder, unless the process belongs to the service itself. */
    private Query<Optional<Holder>> holder(String label, Listener listener) {
        return job(listener)
                .then(job -> job.map(LoadedJobs.Owner::label).equals(Optional.of(label))
                        ? Query.of(Optional.empty())
                        : of(listener, job).map(Optional::of));
    }

    private Query<Optional<LoadedJobs.Owner>> job(Listener listener) {
        return ancestry(listener.pid()).then(jobs::owner);
    }

    public Query<Holder> of(Listener listener) {
        return job(listener).then(job -> of(listener, job));
    }

    private static Query<Holder> of(Listener listener, Optional<LoadedJobs.Owner> job) {
        return processColumn(listener, "args")
                .zip(processColumn(listener, "user"), (command, owner) -> holder(listener, job, command, owner));
    }

    private static Holder holder(Listener listener, Optional<LoadedJobs.Owner> job, String command, String owner) {
        String who = "port " + listener.port() + " is in use on " + listener.address() + " by "
                + (command.isEmpty() ? listener.command() : command) + " (pid " + listener.pid() + ", user "
                + (owner.isEmpty() ? "id " + listener.uid() : owner) + ")";
        if (command.contains("Ollama.app/")) {
            return new Holder(who, OllamaApp.HOW_TO_STOP);
        }
        return job.map(known -> new Holder(who + launchedAs(known), UnloadCommand.advice(known)))
                .orElseGet(() -> new Holder(who, "if you recognize it, stop it with \"kill " + listener.pid() + "\""));
    }

    private static String launchedAs(LoadedJobs.Owner owner) {
        return ", which launchd runs as " + owner.label() + " and restarts when it is killed";
    }

    /** Asks for the process and its ancestors: launchd may run the server through a script. */
    private static Query<List<Integer>> ancestry(int pid) {
        return Query.command(Command.of("ps", "-A", "-o", "pid=", "-o", "ppid="))
                .map(result -> ancestry(pid, result.text()));
    }

    private static List<Integer> ancestry(int pid, String processes) {
        Map<Integer, Integer> parents = new HashMap<>();
        processes
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

    /** Asks for a column of ps; the result is empty when ps fails. */
    private static Query<String> processColumn(Listener listener, String column) {
        return Query.command(Command.of("ps", "-o", column + "=", "-p", String.valueOf(listener.pid())))
                .map(result -> result.succeeded() ? result.text().strip() : "");
    }
}
