package dev.aiserver.existing;

import dev.aiserver.agent.AgentFolder;
import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.existing.ExistingService.Origin;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.ollama.OllamaHost;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds existing services among the user's LaunchAgents: installed by the old shell scripts, by Homebrew or by hand. Other
 * programs that use the ports are not this user's agents; {@code PortCheck} reports them as errors.
 */
public final class ExistingServiceSearch {
    private static final Map<String, ServerProgram> OUR_LABELS =
            Map.of(Layout.OLLAMA, ServerProgram.OLLAMA, Layout.HAPROXY, ServerProgram.HAPROXY);

    private final HostIdentity identity;
    private final Layout layout;

    public ExistingServiceSearch(HostIdentity identity) {
        this.identity = identity;
        this.layout = new Layout(identity.home());
    }

    /**
     * An agent and its state.
     *
     * @param held the sockets of its process on the ports that aiserver needs
     */
    record Findings(Path plist, LaunchAgent agent, Optional<LaunchctlPrint> job, List<Listener> held) {}

    /** Asks for the services that an installation would replace. */
    public Query<List<ExistingService>> search(ServerSpec spec) {
        LoadedJobs jobs = new LoadedJobs(identity.uid());
        return Query.joined(parts -> {
            var listeners = parts.add(
                    Lsof.listeners(List.of(spec.ollama().port(), spec.proxy().port())));
            var session = parts.add(jobs.sessionVariable(OllamaHost.VARIABLE));
            var agents = parts.add(agents(jobs));
            return results -> {
                List<Listener> all = results.get(listeners);
                String inherited = results.get(session);
                return results.get(agents).stream()
                        .map(agent -> agent.findings(inherited, all))
                        .flatMap(findings ->
                                classify(findings, layout, spec.ollama().port()).stream())
                        .toList();
            };
        });
    }

    /** An agent that may conflict, and launchd's report of it. */
    private record Agent(Path plist, LaunchAgent agent, Optional<LaunchctlPrint> job) {
        Findings findings(String session, List<Listener> listeners) {
            List<Listener> held = listeners.stream()
                    .filter(listener -> job.isPresent()
                            && job.get().pid().isPresent()
                            && listener.belongsTo(job.get().pid().getAsInt()))
                    .toList();
            return new Findings(plist, agent.inSession(session), job, held);
        }
    }

    private Query<List<Agent>> agents(LoadedJobs jobs) {
        return AgentFolder.ofUser(identity.home())
                .entries()
                .then(entries -> Query.all(entries.stream()
                        .flatMap(entry -> entry.agent().filter(ExistingServiceSearch::mayConflict).stream()
                                .map(agent -> withJob(entry.plist(), agent, jobs)))
                        .toList()));
    }

    private static Query<Agent> withJob(Path plist, LaunchAgent agent, LoadedJobs jobs) {
        return jobs.status(agent.label())
                .map(status -> new Agent(
                        plist,
                        agent,
                        status.ofUser().filter(print -> print.plist().equals(Optional.of(plist)))));
    }

    private static boolean mayConflict(LaunchAgent agent) {
        return OUR_LABELS.containsKey(agent.label()) || agent.program().isPresent();
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
