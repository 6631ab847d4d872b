package dev.aiserver.verify;

import dev.aiserver.net.Listener;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The processes that run Ollama's loaded models: a {@code llama-server} for each since 0.30, before that
 * {@code ollama runner} or {@code ollama_llama_server}. Each listens on a port of its own and knows neither a key nor
 * Ollama's rules for Host and Origin.
 */
record EngineListeners(List<Listener> listeners) {

    /** As lsof names them, which on a Mac may be cut after the ninth letter. */
    private enum Engine {
        LLAMA_SERVER("llama-ser", "llama-server", "program, user or web page"),
        OLDER("ollama_ll", "ollama_llama_server", "program or user"),
        RUNNER("ollama", "ollama runner", "program or user"),
        UNKNOWN("", "a child of Ollama", "program or user");

        private final String start;
        private final String program;
        private final String whoever;

        Engine(String start, String program, String whoever) {
            this.start = start;
            this.program = program;
            this.whoever = whoever;
        }

        static Engine of(Listener listener) {
            for (Engine engine : values()) {
                if (listener.command().startsWith(engine.start)) {
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
     * Those of this Ollama. A child that holds Ollama's own port has inherited it, and is no engine.
     *
     * @param ollama its process
     * @param port its own
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
                    names(open) + ": other machines can ask a model without the proxy",
                    "Ollama starts it on loopback only: stop Ollama, find out who changed that, and run "
                            + "\"brew reinstall ollama\"");
        }
        String whoever = listeners.stream().anyMatch(listener -> Engine.of(listener) == Engine.LLAMA_SERVER)
                ? Engine.LLAMA_SERVER.whoever
                : Engine.RUNNER.whoever;
        return new Outcome.Warned(
                names(listeners) + ": " + (listeners.size() == 1 ? "it" : "each")
                        + " runs a loaded model and asks for no key, so any " + whoever
                        + " on this machine can ask it past Ollama and the proxy; other machines cannot",
                "Ollama has no setting against it: let nobody else log in there, and open no web pages there");
    }

    private static String names(List<Listener> listeners) {
        return listeners.stream().map(EngineListeners::name).collect(Collectors.joining(", "));
    }

    private static String name(Listener listener) {
        return Engine.of(listener).program + " (pid " + listener.pid() + ") on " + listener.address() + ":"
                + listener.port();
    }
}
