package dev.aiserver.verify;

import dev.aiserver.net.Listener;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the engine processes that run Ollama's loaded models. Since 0.30 that is one {@code llama-server} for each
 * model; older versions use {@code ollama runner} or {@code ollama_llama_server}. Each engine listens on its own port,
 * asks for no key, and does not apply Ollama's rules for Host and Origin.
 */
record EngineListeners(List<Listener> listeners) {

    /** Lists engines by the command name in lsof, which macOS may cut after nine letters. */
    private enum Engine {
        LLAMA_SERVER("llama-ser", "llama-server", "program, user or web page"),
        OLDER("ollama_ll", "ollama_llama_server", "program or user"),
        RUNNER("ollama", "ollama runner", "program or user"),
        UNKNOWN("", "a child of Ollama", "program or user");

        private final String prefix;
        private final String program;
        private final String reachableBy;

        Engine(String prefix, String program, String reachableBy) {
            this.prefix = prefix;
            this.program = program;
            this.reachableBy = reachableBy;
        }

        static Engine of(Listener listener) {
            for (Engine engine : values()) {
                if (listener.command().startsWith(engine.prefix)) {
                    return engine;
                }
            }
            return UNKNOWN;
        }
    }

    EngineListeners {
        listeners = List.copyOf(listeners);
    }

    /**
     * Returns the engines of one Ollama process. A child that holds Ollama's own port has inherited the socket and is
     * not an engine.
     *
     * @param ollama process ID of Ollama
     * @param port Ollama's own port
     */
    static EngineListeners among(List<Listener> all, int ollama, int port) {
        return new EngineListeners(all.stream()
                .filter(listener -> listener.parentPid() == ollama && listener.pid() != ollama)
                .filter(listener -> listener.port() != port)
                .toList());
    }

    Outcome outcome() {
        if (listeners.isEmpty()) {
            return new Outcome.Passed("no model is loaded");
        }
        List<Listener> open =
                listeners.stream().filter(listener -> !listener.isLoopback()).toList();
        if (!open.isEmpty()) {
            return new Outcome.Failed(
                    names(open) + ": other machines can reach the model without the proxy",
                    "Ollama starts engines on loopback only, so this one was changed: stop Ollama, find the cause, "
                            + "and run \"brew reinstall ollama\"");
        }
        String reachableBy = listeners.stream().anyMatch(listener -> Engine.of(listener) == Engine.LLAMA_SERVER)
                ? Engine.LLAMA_SERVER.reachableBy
                : Engine.RUNNER.reachableBy;
        return new Outcome.Warned(
                names(listeners) + ": " + (listeners.size() == 1 ? "this engine runs" : "each engine runs")
                        + " a loaded model and asks for no key, so any " + reachableBy
                        + " on this machine can reach it without Ollama and the proxy; other machines cannot",
                "Ollama has no setting against this: do not let other users log in to the server, and do not browse "
                        + "the web on it");
    }

    private static String names(List<Listener> listeners) {
        return listeners.stream().map(EngineListeners::name).collect(Collectors.joining(", "));
    }

    private static String name(Listener listener) {
        return Engine.of(listener).program + " (pid " + listener.pid() + ") on " + listener.address() + ":"
                + listener.port();
    }
}
