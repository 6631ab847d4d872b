package standin.launchd;

import java.time.Duration;

/**
 * Makes one launchctl call, or every call of a verb, go wrong.
 *
 * @param verb launchctl verb that fails
 * @param call number of the call of that verb, from 1; {@link #EVERY_CALL} for all
 */
public record Fault(String verb, int call, Effect effect) {

    public static final int EVERY_CALL = 0;

    public sealed interface Effect {}

    /** Returns this result without doing anything. */
    public record Answer(ProgramResult result) implements Effect {}

    /** Runs the command, then returns this result instead of the real one. */
    public record ActThenAnswer(ProgramResult result) implements Effect {}

    /** Blocks for this long; real time, not scaled. */
    public record Hang(Duration time) implements Effect {}

    /** For bootout: keeps the label for this long after the process has ended; real time, not scaled. */
    public record Linger(Duration time) implements Effect {}

    /** For bootout: never sends SIGKILL after SIGTERM. */
    public record DrainForever() implements Effect {}

    /** Ends the desktop session just before the call. */
    public record LogOut() implements Effect {}
}
