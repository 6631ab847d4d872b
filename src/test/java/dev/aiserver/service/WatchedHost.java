package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that records its commands, with an optional time limit and given file states. */
final class WatchedHost implements ForwardingHost {
    final List<List<String>> commands = new CopyOnWriteArrayList<>();
    final Map<Path, FileState> files = new ConcurrentHashMap<>();
    private final Host host;

    /** The time limit of every command; empty for the command's own. */
    Optional<Duration> limit = Optional.empty();

    /** The answer to whether a process exists; empty for the machine's own. */
    Optional<CommandResult> signalZero = Optional.empty();

    WatchedHost(Host host) {
        this.host = host;
    }

    List<String> launchctlVerbs() {
        return commands.stream()
                .filter(command -> command.get(0).equals("launchctl"))
                .map(command -> command.get(1))
                .toList();
    }

    @Override
    public CommandResult run(Command command) {
        commands.add(command.argv());
        if (signalZero.isPresent() && command.argv().contains("kill -0 \"$1\"")) {
            return signalZero.get();
        }
        return host.run(command.withTimeout(limit.orElse(command.timeout())));
    }

    @Override
    public FileState file(Path path) {
        FileState state = files.get(path);
        return state == null ? host.ask(Query.file(path)) : state;
    }

    @Override
    public Host delegate() {
        return host;
    }
}
