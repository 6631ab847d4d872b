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
 * Finds existing services among the user's LaunchAgents: installed by the old shell scripts, by Homebrew or by hand. Other
 * programs that use the ports are not this user's agents; {@link PortCheck} reports them as errors.
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

    /**
     * An agent and its state.
     *
     * @param held the sockets of its process on the ports that aiserver needs
     */
    record Findings(Path plist, LaunchAgent agent, Optional<LaunchctlPrint> job, List<Listener> held) {}

    /** Returns what the search reads first. */
    Prefetch prefetch(ServerSpec spec) {
        return agents().prefetch()
                .and(Lsof.prefetch(List.of(spec.ollama().port(), spec.proxy().port())))
                .and(launchd.sessionPrefetch(OLLAMA_HOST));
    }

    /** Returns what the search reads after the answers to {@link #prefetch} are known. */
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
                    .filter(ExistingServiceSearch::mayConflict)
                    .map(agent -> inspect(plist, agent, listeners))
                    .flatMap(
                            findings -> classify(findings, layout, spec.ollama().port()))
                    .ifPresent(found::add);
        }
        return found;
    }

    private static boolean mayConflict(LaunchAgent agent) {
        return OUR_LABELS.containsKey(agent.label()) || agent.program().isPresent();
    }

    private Findings inspect(Path plist, LaunchAgent agent, List<Listener> listeners) {
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
     * Decides whether an agent conflicts. A proxy conflicts if it holds one of the ports, because its property list does not
     * show which ports it will use. An Ollama also conflicts if it would use aiserver's port at the next login.
     */
    static Optional<ExistingService> classify(Findings findings, Layout layout, int ollamaPort) {
        LaunchAgent agent = findings.agent();
        boolean wantsOurPort = agent.program().equals(Optional.of(ServerProgram.OLLAMA))
                && agent.listensOn().port() == ollamaPort;
        ServerProgram ofLabel = OUR_LABELS.get(agent.label());
        if (ofLabel == null && findings.held().isEmpty() && !wantsOurPort) {
            return Optional.empty();
        }
        return Optional.ofNullable(ofLabel)
                .or(agent::program)
                .map(program -> new ExistingService(
                        origin(findings, layout),
                        program,
                        agent.label(),
                        findings.plist(),
                        agent,
                        findings.job(),
                        findings.held().stream()
                                .map(listener -> listener.address() + ":" + listener.port())
                                .distinct()
                                .toList()));
    }

    private static Origin origin(Findings findings, Layout layout) {
        String label = findings.agent().label();
        if (OUR_LABELS.containsKey(label)
                && findings.plist().equals(layout.launchAgents().resolve(label + ".plist"))) {
            return Origin.SHELL_SCRIPTS;
        }
        return label.matches("homebrew(\\.mxcl)?\\.(ollama|haproxy)(@.*)?") ? Origin.HOMEBREW : Origin.PERSON;
    }
}
