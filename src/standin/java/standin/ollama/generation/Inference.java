package standin.ollama.generation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;
import standin.ollama.model.ActiveFaults;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.Faults;
import standin.ollama.model.LoadedModels;
import standin.ollama.model.ModelReference;
import standin.ollama.model.ModelStore;

/** Runs generations: checks that the model supports the request, loads it, and sends the answer token by token. */
public final class Inference {
    private static final String RUNNER_DIED = "model runner has unexpectedly stopped, this may be due to resource"
            + " limitations or an internal error, check ollama server logs for details";

    private static final Set<String> TYPES =
            Set.of("string", "number", "integer", "boolean", "null", "object", "array");

    private final ModelStore store;
    private final LoadedModels loaded;
    private final ActiveFaults activeFaults;
    private final GenerationCounter counter;

    public Inference(ModelStore store, LoadedModels loaded, ActiveFaults activeFaults, GenerationCounter counter) {
        this.store = store;
        this.loaded = loaded;
        this.activeFaults = activeFaults;
        this.counter = counter;
    }

    /** @throws ApiError 404 if the model is not installed, 400 if the name is not valid */
    public CatalogueModel installed(String name) {
        if (name.isEmpty()) {
            throw ApiError.modelNotFound(name);
        }
        return store.find(ModelReference.of(name))
                .orElseThrow(() -> ApiError.modelNotFound(name))
                .model();
    }

    /** @param task task that the model must support, as the error names it: chat or generate */
    public void answer(
            Exchange exchange, GenerationRequest request, String task, Function<Generation, ResponseEncoder> encoders)
            throws ClientDisconnected {
        exchange.enterRoute();
        CatalogueModel model = installed(request.model());
        boolean thinking = check(model, request, task);
        counter.start();
        boolean abandoned = false;
        try {
            LoadedModels.ModelRunner runner =
                    loaded.acquire(model, request.keepAlive(), request.options().contextLength(), exchange);
            try {
                exchange.enterEngine();
                requireSupported(model, request);
                Generation generation = Generation.answering(request, thinking, model);
                send(exchange, request.stream(), generation, encoders.apply(generation));
            } finally {
                loaded.release(runner);
            }
        } catch (ClientDisconnected e) {
            abandoned = true;
            throw e;
        } finally {
            counter.end(abandoned);
        }
    }

    /** Loads the model without generating anything. */
    public void load(Exchange exchange, CatalogueModel model, Optional<Duration> keepAlive, ModelOptions options)
            throws ClientDisconnected {
        requireValid(options);
        loaded.release(loaded.acquire(model, keepAlive, options.contextLength(), exchange));
    }

    /** Checks that the model supports the request. Returns true if it will think first. */
    public static boolean check(CatalogueModel model, GenerationRequest request, String task) {
        if (!model.can("completion")) {
            throw new ApiError(400, "\"" + request.model() + "\" does not support " + task);
        }
        if (!request.tools().isEmpty() && !model.can("tools")) {
            throw new ApiError(400, model.parsedName().full() + " does not support tools");
        }
        if (request.insert()) {
            throw new ApiError(400, model.parsedName().full() + " does not support insert");
        }
        if (request.thinking() == GenerationRequest.Thinking.REQUIRED && !model.can("thinking")) {
            throw new ApiError(400, "\"" + request.model() + "\" does not support thinking");
        }
        requireValid(request.options());
        return model.can("thinking") && request.thinking() != GenerationRequest.Thinking.OFF;
    }

    /** Reports an invalid option. Ollama notices it only when it runs the model, and therefore returns 500. */
    private static void requireValid(ModelOptions options) {
        options.error().ifPresent(error -> {
            throw new ApiError(500, error);
        });
    }

    /** Rejects input that the engine does not support. */
    private static void requireSupported(CatalogueModel model, GenerationRequest request) {
        List<Image> images = request.prompt().images();
        if (!images.isEmpty() && !model.can("vision")) {
            throw engineError("Multimodal data provided, but model does not support multimodal requests.");
        }
        if (!images.stream().allMatch(Image::readable)) {
            throw engineError("Failed to load image or audio file");
        }
        unknownType(request.format()).ifPresent(part -> {
            throw engineError(
                    "\"json_schema\": JSON schema conversion failed:\nUnrecognized schema: " + GoJson.write(part));
        });
    }

    private static Optional<JsonNode> unknownType(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isTextual() && !TYPES.contains(type.asText())) {
            return Optional.of(schema);
        }
        // The other parts of a schema have no type, or the engine ignores them.
        return Stream.concat(schema.path("properties").valueStream(), Stream.of(schema.path("items")))
                .filter(JsonNode::isObject)
                .flatMap(part -> unknownType(part).stream())
                .findFirst();
    }

    /** Returns the engine's error, which Ollama passes on as text inside its own error. */
    private static ApiError engineError(String message) {
        ObjectNode body = GoJson.object();
        body.putObject("error").put("code", 400).put("message", message).put("type", "invalid_request_error");
        return new ApiError(400, GoJson.write(body));
    }

    private void send(Exchange exchange, boolean stream, Generation generation, ResponseEncoder encoder)
            throws ClientDisconnected {
        Faults faults = activeFaults.current();
        List<OutputPart> parts = generation.parts();
        int lastToken = faults.breakStreamAfterTokens() == 0 ? Integer.MAX_VALUE : faults.breakStreamAfterTokens();
        if (stream) {
            exchange.stream(encoder.streamType());
        }
        exchange.pause(
                faults.firstTokenDelayMillis() + generation.promptTokens() * faults.promptTokenDelayMicros() / 1000);
        for (int at = 0; at < parts.size(); at++) {
            if (at > 0) {
                exchange.pause(faults.tokenDelayMillis());
            }
            if (at == lastToken && stream) {
                exchange.write(encoder.runnerDied(RUNNER_DIED));
                return;
            }
            if (at == lastToken) {
                throw new ApiError(500, RUNNER_DIED);
            }
            if (stream) {
                exchange.write(encoder.part(parts.get(at)));
            }
        }
        if (stream && !generation.isComplete()) {
            return;
        }
        if (stream) {
            exchange.write(encoder.end());
        } else {
            exchange.json(200, encoder.whole());
        }
    }
}
