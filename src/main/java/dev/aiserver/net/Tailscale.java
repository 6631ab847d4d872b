package dev.aiserver.net;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.Network;
import dev.aiserver.value.HostName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads this machine's address and name in its tailnet from Tailscale. */
public final class Tailscale {
    /** The command of the Mac App Store's and the standalone app; it is not on the search path. */
    private static final Path APP_FOLDER = Path.of("/Applications/Tailscale.app/Contents/MacOS");

    private static final Path APP_COMMAND = APP_FOLDER.resolve("Tailscale");

    private static final String PROGRAM = "tailscale";

    private static final String NO_JSON = "\"tailscale status --json\" did not return JSON";

    /** The keys of Tailscale's ipn.ServeConfig that name a target. */
    private static final List<String> FORWARDING = List.of("Proxy", "TCPForward");

    private Tailscale() {}

    /**
     * This machine in its tailnet.
     *
     * @param address IPv4, within 100.64.0.0/10
     * @param dnsName the MagicDNS name without the final dot, in lower case; empty without MagicDNS
     * @param keyExpiry when the machine must log in again; empty when never
     * @param userspace whether no network interface has the address
     */
    public record Node(String address, String dnsName, Optional<Instant> keyExpiry, boolean userspace) {

        /** Creates a node whose key does not expire, with an interface. */
        public Node(String address, String dnsName) {
            this(address, dnsName, Optional.empty(), false);
        }

        /** Returns the machine's name in the tailnet: the first part of the MagicDNS name. */
        public String machineName() {
            return dnsName.contains(".") ? dnsName.substring(0, dnsName.indexOf('.')) : dnsName;
        }

        /** Returns its current names that are missing from these. Requests to such a name are rejected. */
        public List<String> namesNotIn(List<String> known) {
            return Stream.of(machineName(), dnsName)
                    .filter(name -> !name.isEmpty() && !known.contains(name))
                    .distinct()
                    .toList();
        }
    }

    /** Tailscale's answer about this machine. */
    public sealed interface Answer {

        /**
         * Returns the node.
         *
         * @throws UserError with the next step when there is no address
         */
        Node node();
    }

    /** The machine is in its tailnet. */
    public record Connected(Node node) implements Answer {}

    /**
     * The machine has no address in a tailnet.
     *
     * @param cause what is missing
     * @param step what to do about it
     */
    record Disconnected(String cause, String step) implements Answer {
        @Override
        public Node node() {
            throw new UserError(cause + "; " + step + ", then try again.");
        }
    }

    /**
     * Asks for this machine's node. It is an error, which names the next step, when Tailscale is missing, stopped or
     * logged out.
     */
    public static Query<Node> node() {
        return status().map(Answer::node);
    }

    /**
     * Asks Tailscale. The first command that is connected to a tailnet decides: the app's command may work where the
     * one on the search path does not.
     */
    public static Query<Answer> status() {
        return commands()
                .then(commands -> Query.all(commands.stream()
                        .map(command -> Query.command(statusCommand(command)))
                        .toList()))
                .map(Tailscale::status);
    }

    private static Answer status(List<CommandResult> results) {
        if (results.isEmpty()) {
            return new Disconnected(
                    "Tailscale is not installed",
                    "install it with \"brew install --cask tailscale\" or from the App Store and log in, "
                            + "or set network.mode: address in the configuration to run without it");
        }
        Optional<Answer> first = Optional.empty();
        for (CommandResult result : results) {
            Answer answer = result.succeeded() ? parse(result.text()) : noAnswer(result);
            if (answer instanceof Connected || result.succeeded() && isState(answer)) {
                return answer;
            }
            first = first.or(() -> Optional.of(answer));
        }
        return first.orElseThrow();
    }

    private static boolean isState(Answer answer) {
        return !(answer instanceof Disconnected disconnected
                && disconnected.cause().startsWith(NO_JSON));
    }

    private static Answer noAnswer(CommandResult result) {
        return new Disconnected(
                "Tailscale does not answer (" + result.incompleteReason().orElseGet(result::firstLine) + ")",
                "start the Tailscale app");
    }

    /**
     * Asks for the targets that Tailscale itself forwards to, set with {@code tailscale serve} and {@code funnel}, each
     * as configured, such as {@code http://127.0.0.1:11434}. This traffic comes from this machine and bypasses any rule
     * about who may connect. It is an error when no command reports the targets.
     */
    public static Query<List<String>> forwardings() {
        return commands().then(programs -> {
            List<Command> asked = programs.stream().map(Tailscale::serveCommand).toList();
            if (asked.isEmpty()) {
                throw new UserError("Could not determine what Tailscale forwards: it is not installed.");
            }
            return Query.untilOneSucceeds(asked).map(results -> {
                CommandResult last = results.get(results.size() - 1);
                if (!last.succeeded()) {
                    throw results.get(0).inconclusive(asked.get(0), "what \"tailscale serve\" forwards");
                }
                return targets(last.text());
            });
        });
    }

    /** Collects the targets at any level: per port, per path, in foreground sessions, in services. */
    static List<String> targets(String json) {
        try {
            JsonNode config = JsonLimits.mapper().build().readTree(json);
            return FORWARDING.stream()
                    .flatMap(key -> config.findValuesAsText(key).stream())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "Could not determine what Tailscale forwards: \"tailscale serve status --json\" printed "
                            + quoted(json) + ".");
        }
    }

    /**
     * Lists the installed commands. The app's file is looked up in a directory listing and not read, because it is
     * large.
     */
    private static Query<List<Path>> commands() {
        return Query.program(PROGRAM)
                .zip(
                        Query.list(APP_FOLDER),
                        (found, app) -> Stream.concat(
                                        found.stream(), app.stream().filter(APP_COMMAND::equals))
                                .distinct()
                                .toList());
    }

    private static Command statusCommand(Path program) {
        return Command.of(program.toString(), "status", "--json");
    }

    private static Command serveCommand(Path program) {
        return Command.of(program.toString(), "serve", "status", "--json");
    }

    private static String quoted(String text) {
        String line = FirstLine.of(text).replaceAll("^(.{120}).+$", "$1…");
        return line.isEmpty() ? "nothing" : "\"" + line + "\"";
    }

    static Answer parse(String json) {
        JsonNode status;
        try {
            status = JsonLimits.mapper().build().readTree(json);
        } catch (JsonProcessingException e) {
            return noJson(json);
        }
        if (!status.isObject()) {
            return noJson(json);
        }
        String state = status.path("BackendState").asText();
        return state.equals("Running")
                ? running(status)
                : notRunning(state, status.path("AuthURL").asText());
    }

    private static Answer noJson(String output) {
        return new Disconnected(NO_JSON + "; it printed " + quoted(output), "update Tailscale");
    }

    /** Explains a state. The states are those of Tailscale's ipn package. */
    private static Answer notRunning(String state, String authUrl) {
        return switch (state) {
            case "NeedsLogin" ->
                new Disconnected(
                        "Tailscale is logged out",
                        "log in with the app or \"tailscale login\""
                                + (authUrl.startsWith("https://") ? " (" + FirstLine.of(authUrl) + ")" : ""));
            case "NeedsMachineAuth" ->
                new Disconnected(
                        "Tailscale is waiting for an admin of the tailnet to approve this machine",
                        "approve it in the Tailscale admin console under Machines");
            case "Starting" -> new Disconnected("Tailscale is still starting", "wait until it has connected");
            case "InUseOtherUser" ->
                new Disconnected(
                        "Another user of this machine is using Tailscale", "quit it there, or log in as that user");
            case "Stopped" ->
                new Disconnected("Tailscale is switched off", "connect it with the app or \"tailscale up\"");
            default ->
                new Disconnected(
                        "Tailscale is not connected (" + (state.isEmpty() ? "no state" : FirstLine.of(state)) + ")",
                        "connect it with the app or \"tailscale up\"");
        };
    }

    private static Answer running(JsonNode status) {
        JsonNode self = status.path("Self");
        String dnsName = self.path("DNSName").asText().replaceFirst("\\.$", "").toLowerCase(Locale.ROOT);
        if (!dnsName.isEmpty() && !HostName.isValid(dnsName)) {
            return new Disconnected(
                    "Tailscale calls this machine " + quoted(dnsName) + ", which is not a valid host name",
                    "give it a name of letters, digits and hyphens in the Tailscale admin console");
        }
        for (JsonNode address : self.path("TailscaleIPs")) {
            if (Network.TAILNET.contains(address.asText())) {
                return new Connected(new Node(
                        address.asText(),
                        dnsName,
                        instant(self.path("KeyExpiry").asText()),
                        status.path("TUN").isBoolean() && !status.path("TUN").asBoolean()));
            }
        }
        return new Disconnected(
                "Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10",
                "turn IPv4 on for this machine in the Tailscale admin console");
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
