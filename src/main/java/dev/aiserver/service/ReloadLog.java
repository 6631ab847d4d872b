package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what HAProxy logs about a reload. Tested with 2.6, 3.0 to 3.4 and 3.5-dev: the master writes "Reloading
 * HAProxy" when it receives the signal, and an alert for each address that it could not bind after trying for some
 * seconds.
 */
final class ReloadLog {
    private static final Pattern SIZE = Pattern.compile("^\\s*(\\d{1,18})\\s");
    private static final Pattern BEGINS = Pattern.compile("(?m)^\\[NOTICE\\]\\s+\\(\\d+\\) : Reloading HAProxy");

    /** {@code [ALERT] (123) : Starting frontend x: cannot bind socket (Address already in use) for [127.0.0.1:80]}. */
    private static final Pattern CANNOT_BIND =
            Pattern.compile("(?m)^\\[ALERT\\]\\s+\\(\\d+\\) : (.{0,200}cannot bind .{0,200}\\[([^\\[\\]]+:\\d+)\\])");

    private final Host host;
    private final Path log;
    private final long begin;

    private ReloadLog(Host host, Path log, long begin) {
        this.host = host;
        this.log = log;
        this.begin = begin;
    }

    /** Returns a reader for what is logged from now on; empty when the log cannot be read. */
    static Optional<ReloadLog> from(Host host, Path log) {
        CommandResult size = host.ask(Query.command(Command.of("wc", "-c", log.toString())));
        Matcher bytes = SIZE.matcher(size.text());
        return size.succeeded() && bytes.find()
                ? Optional.of(new ReloadLog(host, log, Long.parseLong(bytes.group(1))))
                : Optional.empty();
    }

    /** Returns whether the master has received the signal. */
    boolean hasStarted() {
        return BEGINS.matcher(newLines()).find();
    }

    /** Returns whether HAProxy has logged that it cannot bind an address. */
    boolean hasFailed() {
        return CANNOT_BIND.matcher(newLines()).find();
    }

    /**
     * Returns why the master cannot apply its configuration: an address that it cannot bind. HAProxy's own address is
     * ignored, because the running process holds it.
     */
    Optional<String> refusal(String address) {
        return CANNOT_BIND
                .matcher(newLines())
                .results()
                .filter(alert -> !alert.group(2).equals(address))
                .map((MatchResult alert) -> alert.group(1))
                .findFirst();
    }

    private String newLines() {
        return host.ask(Query.command(Command.of("tail", "-c", "+" + (begin + 1), log.toString())))
                .text();
    }
}
