package dev.aiserver.host.ssh;

import java.util.Optional;

/** Asks the user for secrets and confirmations. */
public interface Prompter {

    /** Answers nothing, for runs without a terminal. */
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

    /** Asks for a passphrase or a password without showing it. Returns empty when there is no answer. */
    Optional<char[]> secret(String prompt);

    /** Asks a yes-or-no question. Returns false when there is no answer. */
    boolean confirm(String question);
}
