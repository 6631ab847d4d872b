package dev.aiserver.net;

import dev.aiserver.host.Command;
import dev.aiserver.host.Facts;
import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Asks a host which IPv4 addresses it has, by ifconfig (every Mac) or ip (every Linux). */
public final class Interfaces {
    private static final Pattern INET = Pattern.compile("\\binet (?:addr:)?(\\d{1,3}(?:\\.\\d{1,3}){3})\\b");

    private final Host host;

    public Interfaces(Host host) {
        this.host = host;
    }

    /** What it will ask. */
    public static Foresight questions(Facts facts) {
        return Foresight.ofCommands(List.of(question(facts)));
    }

    /** Linux may have an ifconfig too, but that one leaves addresses out. */
    private static Command question(Facts facts) {
        return facts.isMac() ? Command.of("ifconfig", "-a") : Command.of("ip", "-4", "addr");
    }

    /** @throws Trouble when the host has neither command */
    public Set<String> addresses() {
        Command ask = question(host.facts());
        String output = host.look(ask).text();
        Set<String> addresses = INET.matcher(output)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
        if (addresses.isEmpty()) {
            throw new Trouble("This machine does not say which addresses it has; \"" + ask + "\" should.");
        }
        return addresses;
    }
}
