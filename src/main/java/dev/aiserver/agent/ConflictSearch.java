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
 * Finds every Ollama and HAProxy that starts by itself beside ours: agents of the user, agents of every user, daemons of
 * the system, and the Ollama app. What is switched off does not start, and is not told.
 */
public final class ConflictSearch {
    private static final Path AGENTS_OF_ALL = Path.of("/Library/LaunchAgents");
    private static final Path DAEMONS = Path.of("/Library/LaunchDaemons");
    private static final String OLLAMA_HOST = "OLLAMA_HOST";

    private final Host host;
    private final Launchd launchd;
    private final List<Path> own;

    /** @param own property lists, which are none of a rival */
    public ConflictSearch(Host host, Launchd launchd, List<Path> own) {
        this.host = host;
        this.launchd = launchd;
        this.own = List.copyOf(own);
    }

    /** What {@link #search} will ask first. */
    public static Prefetch prefetch(Host host, Launchd launchd) {
        return folders(host).stream()
                .map(AgentFolder::prefetch)
                .reduce(Prefetch.none(), Prefetch::and)
                .and(launchd.prefetchOfSession(OLLAMA_HOST))
                .and(launchd.prefetchOfDisabled())
                .and(OllamaApp.prefetch(host, launchd));
    }

    /** What it will ask of a host that has answered {@link #prefetch}. */
    public static Prefetch followUpPrefetch(Host host) {
        return folders(host).stream().map(AgentFolder::followUpPrefetch).reduce(Prefetch.none(), Prefetch::and);
    }

    private static List<AgentFolder> folders(Host host) {
        return List.of(agentsOfUser(host), new AgentFolder(host, AGENTS_OF_ALL), new AgentFolder(host, DAEMONS));
    }

    /** The user's own agents, also when that folder is a link. */
    public static AgentFolder agentsOfUser(Host host) {
        return new AgentFolder(host, host.facts().home().resolve("Library/LaunchAgents"));
    }

    /**
     * @param port of our Ollama
     * @throws UserError when launchctl does not say what is switched off
     */
    public List<ConflictingServer> search(int port) {
        Set<String> disabled = launchd.disabled();
        String session = launchd.sessionVariable(OLLAMA_HOST);
        List<ConflictingServer> rivals = new ArrayList<>();
        rivals.addAll(in(agentsOfUser(host), launchd.domain(), session, port, () -> disabled));
        rivals.addAll(in(new AgentFolder(host, AGENTS_OF_ALL), launchd.domain(), session, port, () -> disabled));
        rivals.addAll(in(new AgentFolder(host, DAEMONS), Launchd.SYSTEM, "", port, launchd::disabledDaemons));
        new OllamaApp(host, launchd).rival(port, disabled).ifPresent(rivals::add);
        return rivals;
    }

    private List<ConflictingServer> in(
            AgentFolder folder, String domain, String session, int port, Supplier<Set<String>> disabled) {
        List<ConflictingServer> rivals = new ArrayList<>();
        for (Path plist : folder.plists()) {
            if (own.contains(plist)) {
                continue;
            }
            try {
                folder.agent(plist, session)
                        .filter(LaunchAgent::startsByItself)
                        .filter(agent -> agent.program().isPresent())
                        .filter(agent -> !disabled.get().contains(agent.label()))
                        .flatMap(agent -> rival(agent, new Launchd.Owner(domain, agent.label(), plist), port))
                        .ifPresent(rivals::add);
            } catch (UserError trouble) {
                rivals.add(unread(plist, trouble));
            }
        }
        return rivals;
    }

    private static Optional<ConflictingServer> rival(LaunchAgent agent, Launchd.Owner owner, int port) {
        String when = owner.domain().equals(Launchd.SYSTEM) ? "when the machine starts" : "at login";
        return agent.program().map(program -> {
            OllamaHost address = agent.listensOn();
            boolean isOllama = program == ServerProgram.OLLAMA;
            return new ConflictingServer(
                    Optional.of(owner.plist()),
                    program.title() + " (" + owner.label() + ", " + owner.plist() + ") starts " + when
                            + (isOllama ? " on " + address : ""),
                    UnloadCommand.words(owner),
                    isOllama && (address.port() == port || !address.isLoopback()));
        });
    }

    private static ConflictingServer unread(Path plist, UserError trouble) {
        if (trouble.isLoss() || trouble.kind() == UserError.Kind.INTERRUPTED) {
            throw trouble;
        }
        return new ConflictingServer(
                Optional.of(plist),
                "it is not known what launchd starts from " + plist + " (" + trouble.sentence() + ")",
                "look at it with \"sudo plutil -p '" + plist + "'\"",
                false);
    }
}
