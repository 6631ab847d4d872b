package standin.launchd;

/** Reports that launchd refused or could not run a command; carries the exit code of launchctl. */
final class LaunchdFailure extends Exception {
    private static final long serialVersionUID = 1L;

    final int code;

    LaunchdFailure(int code) {
        super(LaunchdError.text(code));
        this.code = code;
    }

    LaunchdFailure(LaunchdError error) {
        this(error.code);
    }

    LaunchdFailure(LaunchdError error, Throwable cause) {
        this(error.code);
        initCause(cause);
    }
}
