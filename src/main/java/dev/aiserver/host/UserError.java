package dev.aiserver.host;

/**
 * An error that you can fix, as opposed to a bug. The message is one or two sentences: what failed, why, and what to do
 * next.
 */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kind of error, which decides the exit code. */
    public enum Kind {
        FAILED,
        /** The operation was refused and nothing changed, so there is nothing to roll back. */
        REFUSED,
        CONFIGURATION,
        /** aiserver's own state files cannot be read. */
        DAMAGED,
        /** You interrupted aiserver. */
        INTERRUPTED,
        UNREACHABLE
    }

    private final Kind kind;

    public UserError(String sentence) {
        this(Kind.FAILED, sentence);
    }

    public UserError(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    public UserError(String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = Kind.FAILED;
    }

    public UserError(Kind kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Returns whether the host can no longer be reached. Then a rollback is impossible too. */
    public boolean isConnectionLost() {
        return kind == Kind.UNREACHABLE;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
