package dev.aiserver.agent;

import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.OllamaHost;
import dev.aiserver.service.LoadedJobs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds every other Ollama and HAProxy that starts on its own: agents of the user, agents of all users, system daemons,
 * and the Ollama app. Disabled jobs do not start and are not reported.
 */
public final class ConflictSearch {
    private static final Path AGENTS_OF_ALL = Path.of("/Library/LaunchAgents");
    private static final Path DAEMONS = Path.of("/Library/LaunchDaemons");

    private final HostIdentity identity;
    private final LoadedJobs jobs;

    public ConflictSearch(HostIdentity identity) {
        this.identity = identity;
        this.jobs = new LoadedJobs(identity.uid());
    }

    /**
     * Asks for every such server, our own jobs included. It is an error when launchctl does not report which jobs are
     * disabled.
     *
     * @param port of our Ollama
     */
    public Query<List<ConflictingServer>> search(int port) {
        return Query.joined(parts -> {
            var disabled = parts.add(jobs.disabled());
            var session = parts.add(jobs.sessionVariable(OllamaHost.VARIABLE));
            var ofUser = parts.add(AgentFolder.ofUser(identity.home()).entries());
            var ofAll = parts.add(new AgentFolder(AGENTS_OF_ALL).entries());
            var daemons = parts.add(daemons(port));
            var app = parts.add(OllamaApp.query(identity));
            return results -> {
                Set<String> labels = results.get(disabled);
                String inherited = results.get(session);
                List<ConflictingServer> conflicts = new ArrayList<>();
                for (AgentFolder.Entry entry : both(results.get(ofUser), results.get(ofAll))) {
                    found(entry, jobs.domain(), port, inherited, () -> labels).ifPresent(conflicts::add);
                }
                conflicts.addAll(results.get(daemons));
                OllamaApp.conflict(results.get(app), port, labels).ifPresent(conflicts::add);
                return conflicts;
            };
        });
    }

    private static List<AgentFolder.Entry> both(List<AgentFolder.Entry> some, List<AgentFolder.Entry> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** Asks which daemons are disabled only if there is one that matters. */
    private Query<List<ConflictingServer>> daemons(int port) {
        return new AgentFolder(DAEMONS).entries().then(entries -> {
            List<ConflictingServer> conflicts = daemons(entries, port, Set::of);
            return conflicts.isEmpty()
                    ? Query.of(conflicts)
                    : jobs.disabledDaemons().attempt().map(disabled -> daemons(entries, port, disabled));
        });
    }

    private static List<ConflictingServer> daemons(
            List<AgentFolder.Entry> entries, int port, Supplier<Set<String>> disabled) {
        return entries.stream()
                .flatMap(entry -> found(entry, LoadedJobs.SYSTEM, port, "", disabled).stream())
                .toList();
    }

    private static Optional<ConflictingServer> found(
            AgentFolder.Entry entry, String domain, int port, String session, Supplier<Set<String>> disabled) {
        try {
            return entry.agent()
                    .map(agent -> agent.inSession(session))
                    .filter(LaunchAgent::startsByItself)
                    .filter(agent -> agent.program().isPresent())
                    .filter(agent -> !disabled.get().contains(agent.label()))
                    .flatMap(
                            agent -> conflict(agent, new LoadedJobs.Owner(domain, agent.label(), entry.plist()), port));
        } catch (UserError error) {
            return Optional.of(unreadable(entry.plist(), error));
        }
    }

    private static Optional<ConflictingServer> conflict(LaunchAgent agent, LoadedJobs.Owner owner, int port) {
        String when = owner.domain().equals(LoadedJobs.SYSTEM) ? "at boot" : "at login";
        return agent.program().map(program -> {
            OllamaHost address = agent.listensOn();
            boolean isOllama = program == ServerProgram.OLLAMA;
            return new ConflictingServer(
                    Optional.of(owner.plist()),
                    program.title() + " (" + owner.label() + ", " + owner.plist() + ") starts " + when
                            + (isOllama ? " on " + address : ""),
                    UnloadCommand.advice(owner),
                    isOllama && (address.port() == port || !address.isLoopback()));
        });
    }

    private static ConflictingServer unreadable(Path plist, UserError error) {
        return new ConflictingServer(
                Optional.of(plist),
                "could not determine what launchd starts from " + plist + " (" + error.sentence() + ")",
                "inspect it with \"sudo plutil -p '" + plist + "'\"",
                false);
    }
}
