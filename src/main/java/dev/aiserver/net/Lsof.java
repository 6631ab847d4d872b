package dev.aiserver.net;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds listening processes with lsof. Without root, lsof sees only the user's own processes, and an empty result looks
 * like a free port. A caller that must know whether a port is free also has to try to connect.
 */
public final class Lsof {
    private static final int NO_LISTENERS = 1;

    /** More listening sockets than any machine has. */
    private static final int MAX_LISTENERS = 20_000;

    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,10}");

    /** On Macs with many processes, lsof was seen to take ten seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(45);

    private Lsof() {}

    private static Command command(String selection) {
        return Command.of("lsof", "-nP", "-w", selection, "-sTCP:LISTEN", "-F", "pRcuftnT")
                .withTimeout(LIMIT);
    }

    private static String list(Collection<Integer> ports) {
        return ports.stream().distinct().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * Asks for the listeners on these ports. It is an error when lsof is missing or fails.
     */
    public static Query<List<Listener>> listeners(Collection<Integer> ports) {
        return listeners("-iTCP:" + list(ports), "on port " + list(ports));
    }

    /**
     * Asks for the listeners on all ports. It is an error when lsof is missing or fails.
     */
    public static Query<List<Listener>> listeners() {
        return listeners("-iTCP", "on this machine");
    }

    /** Runs lsof. Only exit code 1 without any output means that nothing listens; see lsof(8), "Diagnostics". */
    private static Query<List<Listener>> listeners(String selection, String where) {
        Command command = command(selection);
        return Query.command(command).map(result -> read(command, result, where));
    }

    private static List<Listener> read(Command command, CommandResult result, String where) {
        if (result.exitCode() == CommandResult.NOT_FOUND) {
            throw new UserError("Could not determine what listens " + where + ": lsof is not installed; install it "
                    + "(on Debian: apt-get install lsof) and try again.");
        }
        boolean nothingListens = result.exitCode() == NO_LISTENERS
                && result.stdout().length == 0
                && result.errorText().isBlank();
        if (!result.succeeded() && !nothingListens) {
            throw result.inconclusive(command, "what listens " + where);
        }
        return parse(result.text());
    }

    /**
     * Parses field output: one line per field, which starts with the field's letter; {@code p} starts a process, {@code
     * f} one of its sockets. Unknown fields are skipped.
     *
     * @throws UserError when the output is not valid
     */
    static List<Listener> parse(String output) {
        List<Listener> listeners = new ArrayList<>();
        Map<Character, String> process = new HashMap<>();
        Map<Character, String> socket = new HashMap<>();
        for (Iterator<String> lines = output.lines().iterator(); lines.hasNext(); ) {
            String line = lines.next();
            if (line.isEmpty()) {
                continue;
            }
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
        String port = name.substring(colon + 1);
        if (!PORT.matcher(port).matches() || listeners.size() == MAX_LISTENERS) {
            throw new UserError("Could not determine what listens: unexpected lsof output, \"" + FirstLine.of(name)
                    + "\". Run \"" + command("-iTCP") + "\" yourself.");
        }
        listeners.add(new Listener(
                number(process, 'p', "0"),
                number(process, 'R', "0"),
                process.getOrDefault('c', "?"),
                number(process, 'u', "-1"),
                name.substring(0, colon),
                Integer.parseInt(port)));
    }

    /** Parses a number. A user id, such as that of user nobody, may exceed an int. */
    private static int number(Map<Character, String> process, char field, String otherwise) {
        String value = process.getOrDefault(field, otherwise);
        return (int) Long.parseLong(NUMBER.matcher(value).matches() ? value : otherwise);
    }
}
