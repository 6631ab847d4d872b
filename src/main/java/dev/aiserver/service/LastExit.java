package dev.aiserver.service;

/** How the previous run of a job ended; a job that runs well may well show a bad one. */
public sealed interface LastExit {

    /** What launchd reports of a program that is missing or not executable, and of a log that cannot be opened. */
    int EX_CONFIG = 78;

    record Never() implements LastExit {}

    record Code(int code) implements LastExit {}

    record Signal(int number, String name) implements LastExit {}

    /** The kernel's or launchd's own word for it, such as {@code OS_REASON_CODESIGNING}. */
    record Reason(String name) implements LastExit {}

    /** Whether another attempt must end the same way, because the process never came to run. */
    default boolean isHopeless() {
        return this instanceof Code code && code.code() == EX_CONFIG
                || this instanceof Reason reason && reason.name().startsWith("OS_REASON");
    }

    /** For messages: "exit code 1". */
    default String description() {
        if (this instanceof Code code) {
            return code.code() == EX_CONFIG
                    ? "exit code 78, launchd could not start its program or open its log"
                    : "exit code " + code.code();
        }
        if (this instanceof Signal signal) {
            return "signal " + signal.number() + " (" + signal.name() + ")";
        }
        return this instanceof Reason reason ? reason.name() : "it never ended";
    }
}
