package standin.ollama.generation;

/** Counts generations. */
public final class GenerationCounter {
    /** Counts the generations that are running, that finished, and that were cancelled because the client disconnected. */
    public record Generations(int running, int finished, int cancelled) {}

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

    public synchronized Generations now() {
        return new Generations(running, finished, cancelled);
    }
}
