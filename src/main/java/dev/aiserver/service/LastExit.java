package dev.aiserver.service;

/** The end of a job's previous run. A job that is running well may still show a failure. */
public sealed interface LastExit {

    /** launchd's exit code when a program is missing or not executable, or a log cannot be opened. */
    int EX_CONFIG = 78;

    record Never() implements LastExit {}

    record Code(int code) implements LastExit {}

    record Signal(int number, String name) implements LastExit {}

    /** The reason as the kernel or launchd names it, such as {@code OS_REASON_CODESIGNING}. */
    record Reason(String name) implements LastExit {}

    /** Returns whether another attempt is bound to fail, because the process never started running. */
    default boolean isHopeless() {
        return this instanceof Code code && code.code() == EX_CONFIG
                || this instanceof Reason reason && reason.name().startsWith("OS_REASON");
    }

    /** Returns the reason for messages, such as "exit code 1". */
    default String description() {
        if (this instanceof Code code) {
            return code.code() == EX_CONFIG
                    ? "exit code 78, launchd could not start its program or open its log"
                    : "exit code " + code.code();
        }
        if (this instanceof Signal signal) {
            return "signal " + signal.number() + " (" + signal.name() + ")";
        }
        return this instanceof Reason reason ? reason.name() : "it has never exited";
    }
}
