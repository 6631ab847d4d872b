package dev.aiserver.net;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Asks lsof who listens. Without root it sees the user's own processes only, and then an answer of nothing looks the
 * same as a free port: whoever must know that a port is free has to try to connect as well.
 */
public final class Lsof {
    private final Host host;

    public Lsof(Host host) {
        this.host = host;
    }

    /** What it will ask about these ports. */
    public static Foresight questions(Collection<Integer> ports) {
        return Foresight.ofCommands(List.of(question("-iTCP:" + list(ports))));
    }

    /** What it will ask about all ports. */
    public static Foresight questions() {
        return Foresight.ofCommands(List.of(question("-iTCP")));
    }

    private static Command question(String selection) {
        return Command.of("lsof", "-nP", "-w", selection, "-sTCP:LISTEN", "-F", "pRcuftnT");
    }

    private static String list(Collection<Integer> ports) {
        return ports.stream().distinct().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** @throws Trouble when lsof is missing or complains */
    public List<Listener> listeners(Collection<Integer> ports) {
        return listeners("-iTCP:" + list(ports), "on port " + list(ports));
    }

    /**
     * On whatever port.
     *
     * @throws Trouble when lsof is missing or complains
     */
    public List<Listener> listeners() {
        return listeners("-iTCP", "here");
    }

    /** Its exit code 1 with no words means that nobody listens. */
    private List<Listener> listeners(String selection, String where) {
        CommandResult result = host.look(question(selection));
        if (result.exitCode() == CommandResult.NOT_FOUND) {
            throw new Trouble("lsof is not installed, and without it nobody can say who listens; install it "
                    + "(on Debian: apt-get install lsof) and try again.");
        }
        if (!result.succeeded() && !result.errorText().isBlank()) {
            throw new Trouble("lsof cannot say who listens " + where + ": " + result.complaint() + ".");
        }
        return parse(result.text());
    }

    /**
     * Reads field output: one line for each field, its letter first; {@code p} starts a process, {@code f} a socket of
     * it. Fields that are not known are passed over.
     */
    static List<Listener> parse(String output) {
        List<Listener> listeners = new ArrayList<>();
        Map<Character, String> process = new HashMap<>();
        Map<Character, String> socket = new HashMap<>();
        for (String line : output.lines().filter(line -> !line.isEmpty()).toList()) {
            char field = line.charAt(0);
            if (field == 'p' || field == 'f') {
                add(listeners, process, socket);
                socket.clear();
            }
            if (field == 'p') {
                process.clear();
            }
            boolean ofProcess = "pRcu".indexOf(field) >= 0;
            if (field != 'T' || line.startsWith("TST=")) {
                (ofProcess ? process : socket).put(field, line.substring(1));
            }
        }
        add(listeners, process, socket);
        return listeners.stream().distinct().toList();
    }

    private static void add(List<Listener> listeners, Map<Character, String> process, Map<Character, String> socket) {
        String name = socket.getOrDefault('n', "");
        int colon = name.lastIndexOf(':');
        String state = socket.getOrDefault('T', "ST=LISTEN");
        if (colon < 0 || !state.equals("ST=LISTEN")) {
            return;
        }
        listeners.add(new Listener(
                Integer.parseInt(process.getOrDefault('p', "0")),
                Integer.parseInt(process.getOrDefault('R', "0")),
                process.getOrDefault('c', "?"),
                Integer.parseInt(process.getOrDefault('u', "-1")),
                name.substring(0, colon),
                Integer.parseInt(name.substring(colon + 1))));
    }
}
