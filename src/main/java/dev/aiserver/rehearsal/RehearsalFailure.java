package dev.aiserver.rehearsal;

import java.util.Locale;

/** Reports that a step of the rehearsal failed. */
final class RehearsalFailure extends Exception {
    private static final long serialVersionUID = 1L;

    RehearsalFailure(String step, String reason) {
        super(step.toLowerCase(Locale.ROOT) + ": " + reason);
    }
}
