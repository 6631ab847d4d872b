package dev.aiserver.rehearsal.launchd;

/** launchd does not do what it is asked to. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    final int code;

    Refusal(int code) {
        super(LaunchdError.text(code));
        this.code = code;
    }

    Refusal(LaunchdError error) {
        this(error.code);
    }

    Refusal(LaunchdError error, Throwable cause) {
        this(error.code);
        initCause(cause);
    }
}
