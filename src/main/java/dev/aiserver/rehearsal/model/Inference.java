package dev.aiserver.rehearsal.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Runs generations: checks that the model can, loads it, and says the answer token by token. */
final class Inference {
    private static final String RUNNER_DIED = "model runner has unexpectedly stopped, this may be due to resource"
            + " limitations or an internal error, check ollama server logs for details";

    private final ModelStore store;
    private final LoadedModels loaded;
    private final Switches switches;
    private final Tally tally;

    Inference(ModelStore store, LoadedModels loaded, Switches switches, Tally tally) {
        this.store = store;
        this.loaded = loaded;
        this.switches = switches;
        this.tally = tally;
    }

    /** @throws ApiError 404 for a model that is not installed, 400 for a name that is none */
    Model installed(String name) {
        if (name.isEmpty()) {
            throw ApiError.modelNotFound(name);
        }
        return store.find(ModelName.of(name))
                .orElseThrow(() -> ApiError.modelNotFound(name))
                .model();
    }

    /** @param task what the model must be able to do, in the words of the error: chat, generate */
    void answer(Exchange exchange, Ask ask, String task, Function<Generation, Dialect> dialects) throws ClientGone {
        exchange.reachesRoute();
        Model model = installed(ask.model());
        boolean thinking = check(model, ask, task);
        tally.start();
        boolean abandoned = false;
        try {
            LoadedModels.Runner runner = loaded.acquire(model, ask.keepAlive(), ask.contextLength(), exchange);
            try {
                exchange.reachesEngine();
                Generation generation = Generation.answering(ask, thinking, model);
                say(exchange, ask.stream(), generation, dialects.apply(generation));
            } finally {
                loaded.release(runner);
            }
        } catch (ClientGone e) {
            abandoned = true;
            throw e;
        } finally {
            tally.end(abandoned);
        }
    }

    /** Loads the model and says nothing with it. */
    void load(Exchange exchange, Model model, Optional<Duration> keepAlive, int contextLength) throws ClientGone {
        loaded.release(loaded.acquire(model, keepAlive, contextLength, exchange));
    }

    /** Whether the model will think, if it can do what is asked at all. */
    static boolean check(Model model, Ask ask, String task) {
        if (!model.can("completion")) {
            throw new ApiError(400, "\"" + ask.model() + "\" does not support " + task);
        }
        if (!ask.tools().isEmpty() && !model.can("tools")) {
            throw new ApiError(400, model.parsedName().full() + " does not support tools");
        }
        if (ask.conversation().hasImage() && !model.can("vision")) {
            // The engine's own error, as a text inside Ollama's.
            throw new ApiError(
                    400,
                    "{\"error\":{\"code\":400,\"message\":\"Multimodal data provided, but model does not support"
                            + " multimodal requests.\",\"type\":\"invalid_request_error\"}}");
        }
        if (ask.thinking() == Ask.Thinking.DEMANDED && !model.can("thinking")) {
            throw new ApiError(400, "\"" + ask.model() + "\" does not support thinking");
        }
        return model.can("thinking") && ask.thinking() != Ask.Thinking.OFF;
    }

    private void say(Exchange exchange, boolean stream, Generation generation, Dialect dialect) throws ClientGone {
        Faults faults = switches.current();
        List<Piece> pieces = generation.pieces();
        int survives = faults.breakStreamAfterTokens() == 0 ? Integer.MAX_VALUE : faults.breakStreamAfterTokens();
        if (stream) {
            exchange.stream(dialect.streamType());
        }
        exchange.pause(
                faults.firstTokenDelayMillis() + generation.promptTokens() * faults.promptTokenDelayMicros() / 1000);
        for (int at = 0; at < pieces.size(); at++) {
            if (at > 0) {
                exchange.pause(faults.tokenDelayMillis());
            }
            if (at == survives && stream) {
                exchange.write(dialect.broken(RUNNER_DIED));
                return;
            }
            if (at == survives) {
                throw new ApiError(500, RUNNER_DIED);
            }
            if (stream) {
                exchange.write(dialect.piece(pieces.get(at)));
            }
        }
        if (stream && !generation.isEnded()) {
            return;
        }
        if (stream) {
            exchange.write(dialect.end());
        } else {
            exchange.json(200, dialect.whole());
        }
    }
}
