package dev.aiserver.plan;

import dev.aiserver.host.UserError;

/** Whether the person, or the system, wants this program to end before it is done. */
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

    /** From now on no wait of this thread is cut short: what follows must be done in any case. */
    void acknowledge();

    /** From now on the process may end at any time. */
    @Override
    void close();

    /** @throws UserError when it is requested */
    default void check() {
        if (isRequested()) {
            throw new UserError(UserError.Kind.INTERRUPTED, "Interrupted; nothing was changed.");
        }
    }
}
