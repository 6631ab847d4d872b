package dev.aiserver.agent;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Another Ollama or HAProxy on a machine of ours, or what may be one.
 *
 * @param plist that launchd starts it from, if any
 * @param what in words: who it is, and when it starts
 * @param advice how to stop it
 * @param isHarmful whether it takes the place of our Ollama, or opens one to other machines
 */
public record ConflictingServer(Optional<Path> plist, String what, String advice, boolean isHarmful) {

    ConflictingServer(String what, String advice, boolean isHarmful) {
        this(Optional.empty(), what, advice, isHarmful);
    }

    /** For a message. */
    public String description() {
        return what + "; " + advice;
    }
}
