package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host that remembers its commands, and can be told how long they may take and what to say of a file. */
final class WatchedHost implements ForwardingHost {
    final List<List<String>> commands = new CopyOnWriteArrayList<>();
    final Map<Path, FileState> files = new ConcurrentHashMap<>();
    private final Host host;

    /** For every command; empty for its own. */
    Optional<Duration> limit = Optional.empty();

    /** To whether a process is there; empty for the machine's own answer. */
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
        FileState told = files.get(path);
        return told == null ? host.file(path) : told;
    }

    @Override
    public Host delegate() {
        return host;
    }
}
