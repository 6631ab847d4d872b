package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Runs generations: checks that the model can, loads it, and says the answer token by token. */
final class Inference {
    private static final String RUNNER_DIED = "model runner has unexpectedly stopped, this may be due to resource"
            + " limitations or an internal error, check ollama server logs for details";

    private static final Set<String> TYPES =
            Set.of("string", "number", "integer", "boolean", "null", "object", "array");

    private final ModelStore store;
    private final LoadedModels loaded;
    private final ActiveFaults switches;
    private final GenerationCounter tally;

    Inference(ModelStore store, LoadedModels loaded, ActiveFaults switches, GenerationCounter tally) {
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
    void answer(Exchange exchange, GenerationRequest ask, String task, Function<Generation, ResponseEncoder> dialects)
            throws ClientDisconnected {
        exchange.reachesRoute();
        Model model = installed(ask.model());
        boolean thinking = check(model, ask, task);
        tally.start();
        boolean abandoned = false;
        try {
            LoadedModels.Runner runner =
                    loaded.acquire(model, ask.keepAlive(), ask.options().contextLength(), exchange);
            try {
                exchange.reachesEngine();
                requireUnderstood(model, ask);
                Generation generation = Generation.answering(ask, thinking, model);
                say(exchange, ask.stream(), generation, dialects.apply(generation));
            } finally {
                loaded.release(runner);
            }
        } catch (ClientDisconnected e) {
            abandoned = true;
            throw e;
        } finally {
            tally.end(abandoned);
        }
    }

    /** Loads the model and says nothing with it. */
    void load(Exchange exchange, Model model, Optional<Duration> keepAlive, Options options) throws ClientDisconnected {
        requireRight(options);
        loaded.release(loaded.acquire(model, keepAlive, options.contextLength(), exchange));
    }

    /** Whether the model will think, if it can do what is asked at all. */
    static boolean check(Model model, GenerationRequest ask, String task) {
        if (!model.can("completion")) {
            throw new ApiError(400, "\"" + ask.model() + "\" does not support " + task);
        }
        if (!ask.tools().isEmpty() && !model.can("tools")) {
            throw new ApiError(400, model.parsedName().full() + " does not support tools");
        }
        if (ask.insert()) {
            throw new ApiError(400, model.parsedName().full() + " does not support insert");
        }
        if (ask.thinking() == GenerationRequest.Thinking.DEMANDED && !model.can("thinking")) {
            throw new ApiError(400, "\"" + ask.model() + "\" does not support thinking");
        }
        requireRight(ask.options());
        return model.can("thinking") && ask.thinking() != GenerationRequest.Thinking.OFF;
    }

    /** Found out only when the model is to be run, and therefore a fault of the server. */
    private static void requireRight(Options options) {
        options.complaint().ifPresent(complaint -> {
            throw new ApiError(500, complaint);
        });
    }

    /** What the engine does not take. */
    private static void requireUnderstood(Model model, GenerationRequest ask) {
        List<Image> pictures = ask.conversation().pictures();
        if (!pictures.isEmpty() && !model.can("vision")) {
            throw ofTheEngine("Multimodal data provided, but model does not support multimodal requests.");
        }
        if (!pictures.stream().allMatch(Image::readable)) {
            throw ofTheEngine("Failed to load image or audio file");
        }
        unknownType(ask.format()).ifPresent(part -> {
            throw ofTheEngine(
                    "\"json_schema\": JSON schema conversion failed:\nUnrecognized schema: " + Json.write(part));
        });
    }

    private static Optional<JsonNode> unknownType(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isTextual() && !TYPES.contains(type.asText())) {
            return Optional.of(schema);
        }
        // Whatever else a schema can hold has no type of its own, or is looked at by nobody.
        return Stream.concat(schema.path("properties").valueStream(), Stream.of(schema.path("items")))
                .filter(JsonNode::isObject)
                .flatMap(part -> unknownType(part).stream())
                .findFirst();
    }

    /** The engine's own error, as a text inside Ollama's. */
    private static ApiError ofTheEngine(String message) {
        ObjectNode body = Json.object();
        body.putObject("error").put("code", 400).put("message", message).put("type", "invalid_request_error");
        return new ApiError(400, Json.write(body));
    }

    private void say(Exchange exchange, boolean stream, Generation generation, ResponseEncoder dialect)
            throws ClientDisconnected {
        Faults faults = switches.current();
        List<OutputPart> pieces = generation.pieces();
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
