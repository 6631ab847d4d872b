package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.Reach;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sees to it that nobody else listens where the services will. On a Mac a second server may bind the same port without
 * any error, so a bind that succeeds would prove nothing.
 */
final class PortGuard {
    private static final Pattern HOMEBREW = Pattern.compile("homebrew(?:\\.mxcl)?\\.([a-z0-9@.+_-]+)");
    private static final Pattern PROCESS = Pattern.compile("\\s*(\\d{1,9})\\s+(\\d{1,9})\\s*");

    private final Host host;
    private final Launchd launchd;

    PortGuard(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    /** What it will ask. */
    static Foresight questions(ServerSpec spec, Launchd launchd) {
        return Lsof.questions(List.of(spec.ollama().port(), spec.proxy().port()))
                .and(launchd.questions(List.of(Layout.OLLAMA, Layout.HAPROXY)));
    }

    /**
     * @param earlier services that the installation stops before its own start
     * @throws Trouble that names each foreign listener, its owner and how to stop it
     */
    void requireFree(ServerSpec spec, String address, List<EarlierService> earlier) {
        List<Listener> listeners = new Lsof(host)
                .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
        List<Integer> ours = Stream.concat(
                        Stream.of(Layout.OLLAMA, Layout.HAPROXY).map(this::pid),
                        earlier.stream().map(EarlierService::pid))
                .flatMapToInt(OptionalInt::stream)
                .boxed()
                .toList();
        List<String> inTheWay = new ArrayList<>();
        listeners.stream()
                .filter(listener -> ours.stream().noneMatch(listener::belongsTo))
                .map(this::howToStop)
                .distinct()
                .forEach(inTheWay::add);
        if (listeners.isEmpty()) {
            invisible(host, "127.0.0.1", spec.ollama().port(), inTheWay);
            invisible(host, address, spec.proxy().port(), inTheWay);
        }
        if (!inTheWay.isEmpty()) {
            throw new Trouble(String.join(" ", inTheWay));
        }
    }

    private OptionalInt pid(String label) {
        return launchd.status(label) instanceof JobStatus.Loaded loaded
                ? loaded.print().pid()
                : OptionalInt.empty();
    }

    private String howToStop(Listener listener) {
        String command = ofProcess(listener, "args");
        String owner = ofProcess(listener, "user");
        String who = "Port " + listener.port() + " is taken on " + listener.address() + " by "
                + (command.isEmpty() ? listener.command() : command) + " (pid " + listener.pid() + ", user "
                + (owner.isEmpty() ? "id " + listener.uid() : owner) + "); ";
        if (command.contains("Ollama.app/")) {
            return who + "quit the Ollama app (its menu bar icon > Quit), turn it off in System Settings > General > "
                    + "Login Items, then try again.";
        }
        return who
                + launchd.owner(ancestry(listener.pid()))
                        .map(PortGuard::howToUnload)
                        .orElse("stop it with \"kill " + listener.pid() + "\" if you know it")
                + ", then try again.";
    }

    /** launchd starts again what is killed, and at the next login what is unloaded. */
    private static String howToUnload(Launchd.Owner owner) {
        String sudo = owner.domain().equals("system") ? "sudo " : "";
        Matcher homebrew = HOMEBREW.matcher(owner.label());
        return homebrew.matches()
                ? "stop it with \"" + sudo + "brew services stop " + homebrew.group(1) + "\""
                : "launchd runs it as " + owner.label() + ", and starts it again when it is killed; stop it with \""
                        + sudo
                        + "launchctl bootout " + owner.target() + "\", move " + owner.plist()
                        + " to another folder, or it starts again at the next login";
    }

    /** The process and those that started it: a script may run the server for launchd. */
    private List<Integer> ancestry(int pid) {
        Map<Integer, Integer> parents = new HashMap<>();
        host.look(Command.of("ps", "-A", "-o", "pid=", "-o", "ppid="))
                .text()
                .lines()
                .map(PROCESS::matcher)
                .filter(Matcher::matches)
                .forEach(line -> parents.put(Integer.valueOf(line.group(1)), Integer.valueOf(line.group(2))));
        Set<Integer> ancestry = new LinkedHashSet<>();
        for (Integer each = pid; each != null && each > 1 && ancestry.add(each); ) {
            each = parents.get(each);
        }
        return List.copyOf(ancestry);
    }

    /** Empty when ps does not say. */
    private String ofProcess(Listener listener, String column) {
        CommandResult said = host.look(Command.of("ps", "-o", column + "=", "-p", String.valueOf(listener.pid())));
        return said.succeeded() ? said.text().strip() : "";
    }

    /** lsof without root does not see the sockets of other users. */
    private static void invisible(Host host, String address, int port, List<String> inTheWay) {
        if (Reach.answers(host, address, port)) {
            inTheWay.add("Port " + port + " is taken on " + address
                    + " by a process of another user; find it with \"sudo lsof -nP -iTCP:" + port
                    + " -sTCP:LISTEN\" and stop it, then try again.");
        }
    }
}
