package dev.aiserver.net;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Host;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.HostName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks Tailscale which address and name this machine has in its tailnet. */
public final class Tailscale {
    /** Where the Mac App Store's and the standalone app keep their command; it is not on the search path. */
    private static final Path APP_FOLDER = Path.of("/Applications/Tailscale.app/Contents/MacOS");

    private static final Path APP_COMMAND = APP_FOLDER.resolve("Tailscale");

    private static final String PROGRAM = "tailscale";

    private static final String NO_JSON = "\"tailscale status --json\" does not answer with JSON";

    /** The keys of Tailscale's ipn.ServeConfig that name a target. */
    private static final List<String> FORWARDING = List.of("Proxy", "TCPForward");

    private static final Pattern IPV4_OF_A_TAILNET =
            Pattern.compile("100\\.(6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.\\d{1,3}\\.\\d{1,3}");

    private final Host host;

    public Tailscale(Host host) {
        this.host = host;
    }

    /**
     * This machine in its tailnet.
     *
     * @param address IPv4, within 100.64.0.0/10
     * @param dnsName the MagicDNS name without the dot at its end, in lower case, empty when MagicDNS gives none
     * @param keyExpiry when the machine must log in again; empty when never
     * @param userspace whether Tailscale gives the address to no network interface
     */
    public record Node(String address, String dnsName, Optional<Instant> keyExpiry, boolean userspace) {

        /** One whose key does not expire, with an interface. */
        public Node(String address, String dnsName) {
            this(address, dnsName, Optional.empty(), false);
        }

        /** The machine's name in the tailnet: the first part of the MagicDNS name. */
        public String machineName() {
            return dnsName.contains(".") ? dnsName.substring(0, dnsName.indexOf('.')) : dnsName;
        }

        /** Its names now that are none of these; clients that use one would not be let in. */
        public List<String> namesNotIn(List<String> known) {
            return Stream.of(machineName(), dnsName)
                    .filter(name -> !name.isEmpty() && !known.contains(name))
                    .distinct()
                    .toList();
        }
    }

    /** What Tailscale says of this machine. */
    public sealed interface Answer {

        /** @throws UserError that says the one next step when there is no address */
        Node node();
    }

    /** It is in its tailnet. */
    public record Connected(Node node) implements Answer {}

    /**
     * It has no address there.
     *
     * @param cause what is missing
     * @param step the one thing to do about it
     */
    record Disconnected(String cause, String step) implements Answer {
        @Override
        public Node node() {
            throw new UserError(cause + "; " + step + ", then try again.");
        }
    }

    /** @throws UserError that says the one next step when Tailscale is missing, stopped or logged out */
    public Node node() {
        return status().node();
    }

    /** The first command that knows a tailnet decides; the app's may work where one on the search path does not. */
    public Answer status() {
        List<Path> commands = commands();
        if (commands.isEmpty()) {
            return new Disconnected(
                    "Tailscale is not installed",
                    "get it with \"brew install --cask tailscale\" or from the App Store and log in, "
                            + "or do without it by network.mode: address in the configuration");
        }
        Optional<Answer> first = Optional.empty();
        for (Path command : commands) {
            CommandResult result = host.query(statusCommand(command));
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

    /** What it will ask first. */
    public static Prefetch prefetch() {
        return Prefetch.ofPrograms(PROGRAM).and(Prefetch.ofDirectories(APP_FOLDER));
    }

    /** What it will ask of a host that has answered {@link #prefetch}. */
    public Prefetch followUpPrefetch() {
        return Prefetch.ofCommands(commands().stream()
                .flatMap(program -> Stream.of(statusCommand(program), serveCommand(program)))
                .toList());
    }

    /**
     * What Tailscale itself forwards to, by {@code tailscale serve} and {@code funnel}: each target as it is configured,
     * such as {@code http://127.0.0.1:11434}. It comes from this machine, past any rule about who may connect.
     *
     * @throws UserError when no command says so
     */
    public List<String> forwardings() {
        Optional<UserError> failure = Optional.empty();
        for (Path program : commands()) {
            CommandResult result = host.query(serveCommand(program));
            if (result.succeeded()) {
                return targets(result.text());
            }
            UserError error = result.inconclusive(serveCommand(program), "what \"tailscale serve\" forwards");
            failure = failure.or(() -> Optional.of(error));
        }
        throw failure.orElseGet(() -> new UserError("Cannot tell what Tailscale forwards: it is not installed."));
    }

    /** Wherever they stand: per port, per path, in sessions in the foreground, in services. */
    static List<String> targets(String json) {
        try {
            JsonNode config = JsonLimits.mapper().build().readTree(json);
            return FORWARDING.stream()
                    .flatMap(key -> config.findValuesAsText(key).stream())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new UserError("Cannot tell what Tailscale forwards: \"tailscale serve status --json\" says "
                    + quoted(json) + ".");
        }
    }

    /** The app's is listed and not read, because it is large. */
    private List<Path> commands() {
        return Stream.concat(
                        host.find(PROGRAM).stream(),
                        host.list(APP_FOLDER).stream().filter(APP_COMMAND::equals))
                .distinct()
                .toList();
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

    private static Answer noJson(String error) {
        return new Disconnected(NO_JSON + "; it says " + quoted(error), "update Tailscale");
    }

    /** The states are those of Tailscale's ipn package. */
    private static Answer notRunning(String state, String authUrl) {
        return switch (state) {
            case "NeedsLogin" ->
                new Disconnected(
                        "Tailscale is logged out",
                        "log in with the app or \"tailscale login\""
                                + (authUrl.startsWith("https://") ? " (" + FirstLine.of(authUrl) + ")" : ""));
            case "NeedsMachineAuth" ->
                new Disconnected(
                        "Tailscale waits until an admin of the tailnet approves this machine",
                        "approve it in the Tailscale admin console under Machines");
            case "Starting" -> new Disconnected("Tailscale is still starting", "wait until it has connected");
            case "InUseOtherUser" ->
                new Disconnected(
                        "Another user of this machine has Tailscale open", "quit it there, or log in as that user");
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
                    "Tailscale calls this machine " + quoted(dnsName) + ", which is not a host name",
                    "give it a name of letters, digits and hyphens in the Tailscale admin console");
        }
        for (JsonNode address : self.path("TailscaleIPs")) {
            if (IPV4_OF_A_TAILNET.matcher(address.asText()).matches()) {
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
