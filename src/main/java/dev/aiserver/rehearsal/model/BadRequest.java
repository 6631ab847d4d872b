package dev.aiserver.rehearsal.model;

/** What arrived is no HTTP request that can be answered; the message is status and reason, and the connection ends. */
final class BadRequest extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequest(String statusAndReason) {
        super(statusAndReason);
    }
}
