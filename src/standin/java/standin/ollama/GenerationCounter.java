package standin.ollama;

/** Counts generations. */
final class GenerationCounter {
    private int running;
    private int finished;
    private int cancelled;

    synchronized void start() {
        running++;
    }

    /** @param abandoned true if the client disconnected */
    synchronized void end(boolean abandoned) {
        running--;
        if (abandoned) {
            cancelled++;
        } else {
            finished++;
        }
    }

    synchronized ModelServer.Generations now() {
        return new ModelServer.Generations(running, finished, cancelled);
    }
}
