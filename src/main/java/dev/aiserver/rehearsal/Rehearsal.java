package dev.aiserver.rehearsal;

import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.LocalHost;
import dev.aiserver.layout.Logs;
import dev.aiserver.report.Console;
import dev.aiserver.report.Console.Colour;
import dev.aiserver.server.Release;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Runs a full installation in a temporary home directory: plan, install, verify, install again, warm models, verify
 * with them, status, uninstall, and a check that nothing is left. HAProxy, lsof, files and processes are this machine's;
 * launchd and Ollama are stand-ins. The proxy listens on loopback, so nothing is reachable from a network.
 */
public final class Rehearsal {
    static final String LEFTOVERS = "Leftovers";

    private final Console console;
    private final Map<String, String> environment;
    private final Release release;

    /** @param environment the user's environment; its PATH is searched for HAProxy and lsof */
    public Rehearsal(Console console, Map<String, String> environment, Release release) {
        this.console = console;
        this.environment = environment;
        this.release = release;
    }

    /** Holds one row of the table of results. */
    record Proof(String step, String evidence) {}

    /** Runs the rehearsal and prints its results, or the step that failed. Returns true if every step passed. */
    public boolean run() {
        long start = System.nanoTime();
        StandInJar jar = StandInJar.find();
        StandIns standIns = jar.load();
        TemporaryHome home = TemporaryHome.createIn(
                Path.of(environment.getOrDefault("TMPDIR", "/tmp")), jar.file(), standIns.ollamaMainClass());
        Thread onInterrupt = new Thread(home::remove);
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        try {
            List<Proof> proofs = install(home, standIns);
            home.remove();
            if (home.exists()) {
                throw new RehearsalFailure(LEFTOVERS, "the temporary home directory " + home + " still exists");
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            console.print(table(proofs)
                    + console.paint(Colour.GREEN, "Rehearsal passed")
                    + " in %.1f s. Nothing is left on this machine.%n".formatted(seconds));
            return true;
        } catch (RehearsalFailure failed) {
            console.print(console.paint(Colour.RED, "Rehearsal failed") + " at " + failed.getMessage() + "\n"
                    + LogTails.of(Logs.of(ServerSpec.defaults(), home.home()).folder()));
            return false;
        } finally {
            home.remove();
        }
    }

    private static String table(List<Proof> proofs) {
        int width =
                proofs.stream().mapToInt(proof -> proof.step().length()).max().orElse(0);
        String row = "  %-" + width + "s  %s%n";
        return "\nWhat this rehearsal proved\n"
                + proofs.stream()
                        .map(proof -> row.formatted(proof.step(), proof.evidence()))
                        .collect(Collectors.joining())
                + "\n";
    }

    private List<Proof> install(TemporaryHome home, StandIns standIns) throws RehearsalFailure {
        LocalHost machine = new LocalHost(home.environment(environment));
        HostIdentity identity = machine.facts();
        machine.tools().requirePresent(List.of("df", identity.isMac() ? "ifconfig" : "ip", "lsof", "ps", "tail"));
        try (StandIns.MacPrograms programs = standIns.macPrograms(identity.uid(), identity.user(), home.home())) {
            home.closeFirst(programs);
            RehearsalHost host = new RehearsalHost(machine, programs);
            return new RehearsedInstallation(console, release, host, home, identity).run();
        }
    }
}
