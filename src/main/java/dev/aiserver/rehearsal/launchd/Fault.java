package dev.aiserver.rehearsal.launchd;

import dev.aiserver.host.CommandResult;
import java.time.Duration;

/**
 * Something that goes wrong in one call of launchctl.
 *
 * @param verb in which it goes wrong
 * @param call which call of that verb, counted from 1; 0 for each
 */
public record Fault(String verb, int call, Effect effect) {

    public static final int EVERY_CALL = 0;

    public sealed interface Effect {}

    /** Answers without doing anything. */
    public record Answer(CommandResult result) implements Effect {}

    /** Does what was asked for and answers something else. */
    public record ActThenAnswer(CommandResult result) implements Effect {}

    /** Gives no answer for a while; real time, not scaled. */
    public record Hang(Duration time) implements Effect {}

    /** Of bootout: keeps the label after its process has ended; real time, not scaled. */
    public record Linger(Duration time) implements Effect {}

    /** Of bootout: never follows SIGTERM up with SIGKILL. */
    public record DrainForever() implements Effect {}

    /** Ends the desktop session just before the call. */
    public record LogOut() implements Effect {}
}
