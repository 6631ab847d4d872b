package dev.aiserver.net;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks Tailscale which address and name this machine has in its tailnet. */
public final class Tailscale {
    /** Where the Mac App Store's and the standalone app keep their command; it is not on the search path. */
    private static final Path APP_FOLDER = Path.of("/Applications/Tailscale.app/Contents/MacOS");

    private static final Path APP_COMMAND = APP_FOLDER.resolve("Tailscale");

    private static final String PROGRAM = "tailscale";

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
     * @param dnsName the MagicDNS name without the dot at its end, empty when MagicDNS gives none
     */
    public record Node(String address, String dnsName) {

        /** The machine's name in the tailnet: the first part of the MagicDNS name. */
        public String machineName() {
            return dnsName.contains(".") ? dnsName.substring(0, dnsName.indexOf('.')) : dnsName;
        }
    }

    /** What Tailscale says of this machine. */
    public sealed interface Answer {

        /** @throws Trouble that says the one next step when there is no address */
        Node node();
    }

    /** It is in its tailnet. */
    record Connected(Node node) implements Answer {}

    /**
     * It has no address there.
     *
     * @param cause what is missing
     * @param step the one thing to do about it
     */
    record Disconnected(String cause, String step) implements Answer {
        @Override
        public Node node() {
            throw new Trouble(cause + "; " + step + ", then try again.");
        }
    }

    /** @throws Trouble that says the one next step when Tailscale is missing, stopped or logged out */
    public Node node() {
        return ask().node();
    }

    public Answer ask() {
        Optional<Path> command = command();
        if (command.isEmpty()) {
            return new Disconnected(
                    "Tailscale is not installed",
                    "get it with \"brew install --cask tailscale\" or from the App Store and log in, "
                            + "or do without it by network.mode: address in the configuration");
        }
        CommandResult result = host.look(status(command.get()));
        return result.succeeded()
                ? parse(result.text())
                : new Disconnected("Tailscale does not answer (" + result.complaint() + ")", "start the Tailscale app");
    }

    /** What it will ask first. */
    public static Foresight questions() {
        return Foresight.ofPrograms(PROGRAM).and(Foresight.ofDirectories(APP_FOLDER));
    }

    /** What it will ask of a host that has answered {@link #questions}. */
    public Foresight furtherQuestions() {
        return command()
                .map(program -> Foresight.ofCommands(List.of(status(program))))
                .orElseGet(Foresight::none);
    }

    /** The app's is listed and not read, because it is large. */
    private Optional<Path> command() {
        return host.find(PROGRAM)
                .or(() -> host.list(APP_FOLDER).stream()
                        .filter(APP_COMMAND::equals)
                        .findFirst());
    }

    private static Command status(Path program) {
        return Command.of(program.toString(), "status", "--json");
    }

    static Answer parse(String json) {
        JsonNode status;
        try {
            status = JsonMapper.builder().build().readTree(json);
        } catch (JsonProcessingException e) {
            return new Disconnected("Tailscale answers no JSON", "update Tailscale");
        }
        String state = status.path("BackendState").asText();
        if (state.equals("NeedsLogin")) {
            return new Disconnected("Tailscale is logged out", "log in with the app or \"tailscale login\"");
        }
        if (!state.equals("Running")) {
            return new Disconnected(
                    "Tailscale is not connected (" + (state.isEmpty() ? "no state" : state) + ")",
                    "connect it with the app or \"tailscale up\"");
        }
        for (JsonNode address : status.path("Self").path("TailscaleIPs")) {
            if (IPV4_OF_A_TAILNET.matcher(address.asText()).matches()) {
                String dnsName = status.path("Self").path("DNSName").asText().replaceFirst("\\.$", "");
                return new Connected(new Node(address.asText(), dnsName));
            }
        }
        return new Disconnected(
                "Tailscale is connected but gives this machine no IPv4 address in 100.64.0.0/10",
                "turn IPv4 on for this machine in the Tailscale admin console");
    }
}
