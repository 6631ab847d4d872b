package standin.launchd;

import java.util.List;
import java.util.Map;

/** Describes how a job's last process ended, and formats it as launchctl's verbs do. */
sealed interface ExitStatus {

    int EX_CONFIG = 78;

    record Never() implements ExitStatus {}

    record Exited(int code) implements ExitStatus {}

    record Signalled(int signal) implements ExitStatus {}

    List<String> SYSEXITS = List.of(
            "EX_USAGE",
            "EX_DATAERR",
            "EX_NOINPUT",
            "EX_NOUSER",
            "EX_NOHOST",
            "EX_UNAVAILABLE",
            "EX_SOFTWARE",
            "EX_OSERR",
            "EX_OSFILE",
            "EX_CANTCREAT",
            "EX_IOERR",
            "EX_TEMPFAIL",
            "EX_PROTOCOL",
            "EX_NOPERM",
            "EX_CONFIG");

    Map<Integer, String> SIGNALS = Map.of(
            1, "Hangup",
            2, "Interrupt",
            3, "Quit",
            6, "Abort trap",
            9, "Killed",
            11, "Segmentation fault",
            13, "Broken pipe",
            14, "Alarm clock",
            15, "Terminated");

    /** @param value exit value of a Java {@link Process}: 128 + N both for signal N and for a program that exits with 128 + N */
    static ExitStatus of(int value) {
        return value > 128 && value < 160 ? new Signalled(value - 128) : new Exited(value);
    }

    default boolean isSuccess() {
        return this instanceof Exited exited && exited.code == 0;
    }

    /** Returns the line of {@code print} that shows this status. */
    default String line() {
        if (this instanceof Signalled signalled) {
            return "last terminating signal = " + SIGNALS.getOrDefault(signalled.signal, "Unknown signal") + ": "
                    + signalled.signal;
        }
        if (this instanceof Exited exited) {
            int named = exited.code - 64;
            return "last exit code = " + exited.code
                    + (named >= 0 && named < SYSEXITS.size() ? ": " + SYSEXITS.get(named) : "");
        }
        return "last exit code = (never exited)";
    }

    /** Returns the status column of {@code list}: the exit code, or the negative signal number. */
    default int status() {
        if (this instanceof Signalled signalled) {
            return -signalled.signal;
        }
        return this instanceof Exited exited ? exited.code : 0;
    }

    /** Returns the raw status from wait(2), which {@code list LABEL} shows. */
    default int waitStatus() {
        if (this instanceof Signalled signalled) {
            return signalled.signal;
        }
        return this instanceof Exited exited ? exited.code << 8 : 0;
    }
}
