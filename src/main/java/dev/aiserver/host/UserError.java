package dev.aiserver.host;

/**
 * The person's situation stands in the way; this is no bug. The message is one sentence or two: what, where, and what
 * to do next.
 */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Decides the exit code. */
    public enum Kind {
        FAILED,
        /** What it was about goes on as before, so there is nothing of it to undo. */
        REFUSED,
        CONFIGURATION,
        /** This program's own records cannot be read. */
        DAMAGED,
        /** The person wanted it to end. */
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

    /** Whether the machine can be reached no longer: then nothing can be undone either. */
    public boolean isConnectionLost() {
        return kind == Kind.UNREACHABLE;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
