package dev.aiserver;

import dev.aiserver.cli.Machines;
import dev.aiserver.cli.UseCases;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.ssh.Destination;
import dev.aiserver.host.ssh.Prompter;
import dev.aiserver.host.ssh.SshConfig;
import dev.aiserver.host.ssh.SshHost;
import dev.aiserver.host.ssh.SshOptions;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import dev.aiserver.server.App;
import dev.aiserver.server.Release;
import dev.aiserver.template.Renderer;
import java.util.Map;
import java.util.Optional;

/** Creates all objects of the program, without a framework. */
final class Wiring implements Machines {
    private final Map<String, String> environment;
    private final Console console;
    private final Signals signals;
    private final String version;
    private final DebugLog debug;
    private final Renderer renderer = new Renderer();

    Wiring(Map<String, String> environment, Console console, Signals signals, String version, DebugLog debug) {
        this.environment = environment;
        this.console = console;
        this.signals = signals;
        this.version = version;
        this.debug = debug;
    }

    @Override
    public UseCases here() {
        return new OnHost(
                new LocalHost(environment, debug.on("this machine")),
                Optional.empty(),
                console,
                signals,
                environment,
                new Release(version, App.running(), renderer));
    }

    /** Returns the other machine. aiserver itself runs here, so the other machine needs no Java. */
    @Override
    public Remote there(String destination, Trust trust) {
        SshOptions options = trust.newHostKeys() ? SshOptions.defaults().acceptingNewHostKey() : SshOptions.defaults();
        SshHost host = new SshHost(
                Destination.parse(destination),
                new SshConfig(environment, Optional.empty()),
                trust.prompts() ? new TerminalPrompter(console, trust.terminal()) : Prompter.NONE,
                options,
                debug.on(destination));
        UseCases useCases = new OnHost(
                host,
                Optional.of(destination),
                console,
                signals,
                environment,
                new Release(version, Optional.empty(), renderer));
        return new Remote() {
            @Override
            public UseCases useCases() {
                return useCases;
            }

            @Override
            public int roundTrips() {
                return host.roundTrips();
            }

            @Override
            public void close() {
                host.close();
            }
        };
    }
}
