package dev.aiserver.rehearsal.model;

/** Counts generations. */
final class Tally {
    private int running;
    private int finished;
    private int cancelled;

    synchronized void start() {
        running++;
    }

    /** @param toItsEnd false when the client went away */
    synchronized void end(boolean toItsEnd) {
        running--;
        if (toItsEnd) {
            finished++;
        } else {
            cancelled++;
        }
    }

    synchronized ModelServer.Generations now() {
        return new ModelServer.Generations(running, finished, cancelled);
    }
}
