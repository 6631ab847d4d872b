package dev.aiserver.agent;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.ollama.OllamaHost;
import dev.aiserver.service.Launchd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds every other Ollama and HAProxy that starts on its own: agents of the user, agents of all users, system daemons,
 * and the Ollama app. Disabled jobs do not start and are not reported.
 */
public final class ConflictSearch {
    private static final Path AGENTS_OF_ALL = Path.of("/Library/LaunchAgents");
    private static final Path DAEMONS = Path.of("/Library/LaunchDaemons");
    private static final String OLLAMA_HOST = "OLLAMA_HOST";

    private final Host host;
    private final Launchd launchd;
    private final List<Path> own;

    /**
     * Creates the search.
     *
     * @param own our property lists, which are not conflicts
     */
    public ConflictSearch(Host host, Launchd launchd, List<Path> own) {
        this.host = host;
        this.launchd = launchd;
        this.own = List.copyOf(own);
    }

    /** Returns the first queries of {@link #search}. */
    public static Prefetch prefetch(Host host, Launchd launchd) {
        return folders(host).stream()
                .map(AgentFolder::prefetch)
                .reduce(Prefetch.none(), Prefetch::and)
                .and(launchd.sessionPrefetch(OLLAMA_HOST))
                .and(launchd.disabledPrefetch())
                .and(OllamaApp.prefetch(host, launchd));
    }

    /** Returns the queries that depend on the answers to {@link #prefetch}. */
    public static Prefetch followUpPrefetch(Host host) {
        return folders(host).stream().map(AgentFolder::followUpPrefetch).reduce(Prefetch.none(), Prefetch::and);
    }

    private static List<AgentFolder> folders(Host host) {
        return List.of(agentsOfUser(host), new AgentFolder(host, AGENTS_OF_ALL), new AgentFolder(host, DAEMONS));
    }

    /** Returns the directory of the user's own agents, even if it is a link. */
    public static AgentFolder agentsOfUser(Host host) {
        return new AgentFolder(host, host.facts().home().resolve("Library/LaunchAgents"));
    }

    /**
     * Finds the conflicts.
     *
     * @param port of our Ollama
     * @throws UserError when launchctl does not report which jobs are disabled
     */
    public List<ConflictingServer> search(int port) {
        Set<String> disabled = launchd.disabled();
        String session = launchd.sessionVariable(OLLAMA_HOST);
        List<ConflictingServer> conflicts = new ArrayList<>();
        conflicts.addAll(in(agentsOfUser(host), launchd.domain(), session, port, () -> disabled));
        conflicts.addAll(in(new AgentFolder(host, AGENTS_OF_ALL), launchd.domain(), session, port, () -> disabled));
        conflicts.addAll(in(new AgentFolder(host, DAEMONS), Launchd.SYSTEM, "", port, launchd::disabledDaemons));
        new OllamaApp(host, launchd).conflict(port, disabled).ifPresent(conflicts::add);
        return conflicts;
    }

    private List<ConflictingServer> in(
            AgentFolder folder, String domain, String session, int port, Supplier<Set<String>> disabled) {
        List<ConflictingServer> conflicts = new ArrayList<>();
        for (Path plist : folder.plists()) {
            if (own.contains(plist)) {
                continue;
            }
            try {
                folder.agent(plist, session)
                        .filter(LaunchAgent::startsByItself)
                        .filter(agent -> agent.program().isPresent())
                        .filter(agent -> !disabled.get().contains(agent.label()))
                        .flatMap(agent -> conflict(agent, new Launchd.Owner(domain, agent.label(), plist), port))
                        .ifPresent(conflicts::add);
            } catch (UserError error) {
                conflicts.add(unreadable(plist, error));
            }
        }
        return conflicts;
    }

    private static Optional<ConflictingServer> conflict(LaunchAgent agent, Launchd.Owner owner, int port) {
        String when = owner.domain().equals(Launchd.SYSTEM) ? "at boot" : "at login";
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
        if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
            throw error;
        }
        return new ConflictingServer(
                Optional.of(plist),
                "could not determine what launchd starts from " + plist + " (" + error.sentence() + ")",
                "inspect it with \"sudo plutil -p '" + plist + "'\"",
                false);
    }
}
