package dev.aiserver.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Another Ollama or HAProxy on the server, or a possible one.
 *
 * @param plist the property list that launchd starts it from, if any
 * @param what in words: what it is, and when it starts
 * @param advice how to stop it
 * @param isHarmful whether it takes the place of our Ollama, or exposes an Ollama to other machines
 */
public record ConflictingServer(Optional<Path> plist, String what, String advice, boolean isHarmful) {

    ConflictingServer(String what, String advice, boolean isHarmful) {
        this(Optional.empty(), what, advice, isHarmful);
    }

    /** Returns those that no job with one of these property lists starts. */
    public static List<ConflictingServer> otherThan(List<Path> own, List<ConflictingServer> found) {
        return found.stream()
                .filter(server -> server.plist().filter(own::contains).isEmpty())
                .toList();
    }

    /** Returns the conflict and the advice, for a message. */
    public String description() {
        return what + "; " + advice;
    }
}
