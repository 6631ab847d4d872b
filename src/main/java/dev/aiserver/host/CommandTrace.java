package dev.aiserver.host;

import java.time.Duration;

/** Is told of each command that a host has run, for a person who looks for a fault. May be called from several threads. */
@FunctionalInterface
public interface CommandTrace {
    CommandTrace OFF = (command, exitCode, took) -> {};

    /**
     * @param command as a person would type it; may hold secrets
     * @param exitCode as in {@link CommandResult#exitCode}
     * @param took from the start of the command to its end; of commands that were sent together, the time of all
     */
    void ended(String command, int exitCode, Duration took);
}
