package dev.aiserver.rehearsal;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Adds stand-ins for launchctl and plutil to a host; everything else runs on that host. */
public final class RehearsalHost implements ForwardingHost {
    private final Host host;
    private final StandIns.MacPrograms programs;

    public RehearsalHost(Host host, StandIns.MacPrograms programs) {
        this.host = host;
        this.programs = programs;
    }

    @Override
    public CommandResult run(Command command) {
        List<String> arguments = command.argv().subList(1, command.argv().size());
        return switch (name(command.program())) {
            case "launchctl" ->
                CompletableFuture.supplyAsync(() -> programs.launchctl(arguments), RehearsalHost::inOwnThread)
                        .completeOnTimeout(
                                CommandResult.of(CommandResult.TIMED_OUT, "", ""),
                                command.timeout().toMillis(),
                                TimeUnit.MILLISECONDS)
                        .join();
            case "plutil" -> programs.plutil(arguments, command.stdin().bytes());
            default -> host.run(command);
        };
    }

    @Override
    public Optional<Path> find(String program) {
        return switch (program) {
            case "launchctl" -> Optional.of(Path.of("/bin/launchctl"));
            case "plutil" -> Optional.of(Path.of("/usr/bin/plutil"));
            default -> host.ask(Query.program(program));
        };
    }

    /** Runs a call that may block in its own thread, so that it takes none from the pool that reports ended processes. */
    private static void inOwnThread(Runnable call) {
        Thread thread = new Thread(call, "launchctl");
        thread.setDaemon(true);
        thread.start();
    }

    private static String name(String program) {
        return program.substring(program.lastIndexOf('/') + 1);
    }

    @Override
    public Host delegate() {
        return host;
    }
}
