package dev.aiserver.server;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code ollama --version} says, which also asks the server that runs.
 *
 * @param program of the program itself
 * @param server of the server that answered, which an upgrade of the program does not replace
 */
record OllamaVersions(Optional<Version> program, Optional<Version> server) {
    private static final Pattern SERVER = Pattern.compile("ollama version is (.*)");

    /** Said only where it is not the server's. */
    private static final Pattern CLIENT = Pattern.compile("client version is (.*)");

    static OllamaVersions in(String output) {
        Optional<Version> server = first(SERVER, output);
        return new OllamaVersions(first(CLIENT, output).or(() -> server), server);
    }

    private static Optional<Version> first(Pattern pattern, String output) {
        Matcher line = pattern.matcher(output);
        return line.find() ? Version.in(line.group(1)) : Optional.empty();
    }

    /** When the server is not what the program would start now. */
    Optional<OutdatedProcess> outdated() {
        return server.filter(running -> !program.equals(server))
                .flatMap(running -> program.map(installed -> new OutdatedProcess(Layout.OLLAMA, running, installed)));
    }
}
