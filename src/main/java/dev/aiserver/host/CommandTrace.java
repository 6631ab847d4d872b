package dev.aiserver.host;

import java.time.Duration;

/** Receives each command that a host has run, for debugging. May be called from several threads. */
@FunctionalInterface
public interface CommandTrace {
    CommandTrace OFF = (command, exitCode, duration) -> {};

    /**
     * Receives a command that has ended.
     *
     * @param command as you would type it; may contain secrets
     * @param exitCode as in {@link CommandResult#exitCode}
     * @param duration from the start of the command to its end; for commands that were sent together, the time of all
     */
    void ended(String command, int exitCode, Duration duration);
}
