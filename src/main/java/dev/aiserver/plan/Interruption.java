package dev.aiserver.plan;

import dev.aiserver.host.UserError;

/** Reports whether the user or the system has asked aiserver to stop before it has finished. */
public interface Interruption extends AutoCloseable {

    Interruption NEVER = new Interruption() {
        @Override
        public boolean isRequested() {
            return false;
        }

        @Override
        public void acknowledge() {}

        @Override
        public void close() {}
    };

    boolean isRequested();

    /** Stops interrupting this thread's waits, because the work that follows must finish in any case. */
    void acknowledge();

    /** Allows the process to exit at any time from now on. */
    @Override
    void close();

    /** @throws UserError of kind INTERRUPTED, if an interruption was requested */
    default void check() {
        if (isRequested()) {
            throw new UserError(UserError.Kind.INTERRUPTED, "Interrupted; nothing was changed.");
        }
    }
}
