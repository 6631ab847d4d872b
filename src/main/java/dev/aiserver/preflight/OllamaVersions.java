package dev.aiserver.preflight;

import dev.aiserver.layout.Layout;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The versions in the output of {@code ollama --version}, which also asks the running server.
 *
 * @param program the version of the program itself
 * @param server the version of the running server, which does not change when the program is upgraded
 */
record OllamaVersions(Optional<Version> program, Optional<Version> server) {
    private static final Pattern SERVER = Pattern.compile("ollama version is (.*)");

    /** Ollama prints this line only if the versions differ. */
    private static final Pattern CLIENT = Pattern.compile("client version is (.*)");

    static OllamaVersions in(String output) {
        Optional<Version> server = first(SERVER, output);
        return new OllamaVersions(first(CLIENT, output).or(() -> server), server);
    }

    private static Optional<Version> first(Pattern pattern, String output) {
        Matcher line = pattern.matcher(output);
        return line.find() ? Version.in(line.group(1)) : Optional.empty();
    }

    /** Returns the running server if its version differs from the program's, or empty. */
    Optional<OutdatedProcess> outdated() {
        return server.filter(running -> !program.equals(server))
                .flatMap(running -> program.map(installed -> new OutdatedProcess(Layout.OLLAMA, running, installed)));
    }
}
