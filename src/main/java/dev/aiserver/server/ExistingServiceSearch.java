package dev.aiserver.server;

import dev.aiserver.agent.AgentFolder;
import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.server.ExistingService.Origin;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the services that were here before among the user's own agents: by the old shell scripts, by Homebrew, by hand.
 * What else is in the way is none of this user's agents, and {@link PortCheck} refuses it.
 */
final class ExistingServiceSearch {
    private static final Map<String, ServerProgram> OUR_LABELS =
            Map.of(Layout.OLLAMA, ServerProgram.OLLAMA, Layout.HAPROXY, ServerProgram.HAPROXY);

    private static final String OLLAMA_HOST = "OLLAMA_HOST";

    private final Host host;
    private final Launchd launchd;

    ExistingServiceSearch(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** An agent as it was seen. @param held the sockets of its process on the ports that we need */
    record Findings(Path plist, LaunchAgent agent, Optional<LaunchctlPrint> job, List<Listener> held) {}

    /** What it will ask first. */
    Prefetch prefetch(ServerSpec spec) {
        return agents().prefetch()
                .and(Lsof.prefetch(List.of(spec.ollama().port(), spec.proxy().port())))
                .and(launchd.sessionPrefetch(OLLAMA_HOST));
    }

    /** What it will ask of a host that has answered {@link #prefetch}. */
    Prefetch followUpPrefetch() {
        return agents().followUpPrefetch();
    }

    private AgentFolder agents() {
        return ConflictSearch.agentsOfUser(host);
    }

    private Layout layout() {
        return new Layout(host.facts().home());
    }

    List<ExistingService> search(ServerSpec spec) {
        Layout layout = layout();
        List<Listener> listeners = new Lsof(host)
                .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
        String session = launchd.sessionVariable(OLLAMA_HOST);
        List<ExistingService> found = new ArrayList<>();
        for (Path plist : agents().plists()) {
            agents().agent(plist, session)
                    .filter(ExistingServiceSearch::mayBeInTheWay)
                    .map(agent -> sight(plist, agent, listeners))
                    .flatMap(sight -> judge(sight, layout, spec.ollama().port()))
                    .ifPresent(found::add);
        }
        return found;
    }

    private static boolean mayBeInTheWay(LaunchAgent agent) {
        return OUR_LABELS.containsKey(agent.label()) || agent.program().isPresent();
    }

    private Findings sight(Path plist, LaunchAgent agent, List<Listener> listeners) {
        Optional<LaunchctlPrint> job = launchd.status(agent.label())
                .ofUser()
                .filter(print -> print.plist().equals(Optional.of(plist)));
        List<Listener> held = listeners.stream()
                .filter(listener -> job.isPresent()
                        && job.get().pid().isPresent()
                        && listener.belongsTo(job.get().pid().getAsInt()))
                .toList();
        return new Findings(plist, agent, job, held);
    }

    /**
     * A proxy is in the way when it holds one of our ports, for its property list does not say which it will take. An
     * Ollama is so too when it would take ours at the next login.
     */
    static Optional<ExistingService> judge(Findings sight, Layout layout, int ollamaPort) {
        LaunchAgent agent = sight.agent();
        boolean wantsOurPort = agent.program().equals(Optional.of(ServerProgram.OLLAMA))
                && agent.listensOn().port() == ollamaPort;
        ServerProgram ofLabel = OUR_LABELS.get(agent.label());
        if (ofLabel == null && sight.held().isEmpty() && !wantsOurPort) {
            return Optional.empty();
        }
        return Optional.ofNullable(ofLabel)
                .or(agent::program)
                .map(program -> new ExistingService(
                        origin(sight, layout),
                        program,
                        agent.label(),
                        sight.plist(),
                        agent,
                        sight.job(),
                        sight.held().stream()
                                .map(listener -> listener.address() + ":" + listener.port())
                                .distinct()
                                .toList()));
    }

    private static Origin origin(Findings sight, Layout layout) {
        String label = sight.agent().label();
        if (OUR_LABELS.containsKey(label)
                && sight.plist().equals(layout.launchAgents().resolve(label + ".plist"))) {
            return Origin.SHELL_SCRIPTS;
        }
        return label.matches("homebrew(\\.mxcl)?\\.(ollama|haproxy)(@.*)?") ? Origin.HOMEBREW : Origin.PERSON;
    }
}
