package dev.aiserver.host.ssh;

import java.util.Optional;

/** Asks the person what only the person knows. */
public interface Prompter {

    /** Where nobody can be asked. */
    Prompter NONE = new Prompter() {
        @Override
        public Optional<char[]> secret(String prompt) {
            return Optional.empty();
        }

        @Override
        public boolean confirm(String question) {
            return false;
        }
    };

    /** A passphrase or a password, which is not shown while it is typed; empty when nobody answers. */
    Optional<char[]> secret(String prompt);

    /** Whether the person says yes; no when nobody answers. */
    boolean confirm(String question);
}
