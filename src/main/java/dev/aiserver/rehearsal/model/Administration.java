package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;

/** The routes that change what is installed or speak to ollama.com: those that no network may reach. */
final class Administration {
    private final ModelStore store;
    private final LoadedModels loaded;
    private final boolean cloudDisabled;

    Administration(ModelStore store, LoadedModels loaded, boolean cloudDisabled) {
        this.store = store;
        this.loaded = loaded;
        this.cloudDisabled = cloudDisabled;
    }

    void delete(Exchange exchange) throws ClientGone {
        Model model = named(body(exchange));
        store.remove(model);
        loaded.unload(model);
        exchange.empty(200);
    }

    void copy(Exchange exchange) throws ClientGone {
        Body body = body(exchange);
        ModelName destination = ModelName.of(body.text("destination"));
        String source = body.text("source");
        Model model = store.find(ModelName.of(source))
                .orElseThrow(() -> new ApiError(404, "model \"" + source + "\" not found"))
                .model();
        store.add(model.named(destination));
        exchange.empty(200);
    }

    /** Only from a model that is installed. */
    void create(Exchange exchange) throws ClientGone {
        Body body = body(exchange);
        ModelName name = ModelName.of(body.text("model").isEmpty() ? body.text("name") : body.text("model"));
        String from = body.text("from");
        if (from.isEmpty()) {
            throw new ApiError(400, "neither 'from' or 'files' was specified");
        }
        exchange.stream(Dialect.NDJSON);
        var source = store.find(ModelName.of(from));
        if (source.isEmpty()) {
            exchange.write(Json.line(ErrorShape.NATIVE.dress(500, "pull model manifest: file does not exist")));
            return;
        }
        store.add(source.get().model().named(name));
        for (String status : new String[] {
            "using existing layer sha256:" + source.get().model().digest(), "writing manifest", "success"
        }) {
            exchange.write(Json.line(Json.object().put("status", status)));
        }
    }

    /** This server is signed in to nothing, so a push ends where the real one's would. */
    void push(Exchange exchange) throws ClientGone {
        named(body(exchange));
        exchange.stream(Dialect.NDJSON);
        exchange.write(Json.line(Json.object().put("status", "retrieving manifest")));
        exchange.write(Json.line(ErrorShape.NATIVE.dress(401, "you are not authorized to push to this namespace")));
    }

    void createBlob(Exchange exchange, String segment) throws ClientGone {
        String digest = digest(segment);
        byte[] bytes = exchange.body();
        if (Files.exists(store.blob(digest))) {
            exchange.empty(200);
            return;
        }
        if (!Digest.of(bytes).equals(digest)) {
            throw new ApiError(
                    400,
                    "digest mismatch, expected \"sha256:" + digest + "\", got \"sha256:" + Digest.of(bytes) + "\"");
        }
        store.addBlob(digest, bytes);
        exchange.empty(201);
    }

    void headBlob(Exchange exchange, String segment) throws ClientGone {
        exchange.empty(Files.exists(store.blob(digest(segment))) ? 200 : 404);
    }

    private static String digest(String segment) {
        if (!segment.matches("sha256[:-][0-9a-f]{64}")) {
            throw new ApiError(400, "invalid digest format");
        }
        return segment.substring(7);
    }

    /** What needs an account at ollama.com. */
    ApiError needsAccount(String feature) {
        if (cloudDisabled) {
            return ApiError.withBody(
                    403,
                    Json.object()
                            .put(
                                    "error",
                                    "ollama cloud is disabled: " + feature + (feature.endsWith("s") ? " are" : " is")
                                            + " unavailable"));
        }
        return unauthorized();
    }

    /** Without an account this answer names the machine and its key to whoever asks. */
    static ApiError unauthorized() {
        ObjectNode body = Json.object()
                .put("error", "unauthorized")
                .put("signin_url", "https://ollama.com/connect?name=rehearsal&key=c3NoLWVkMjU1MTk");
        return ApiError.withBody(401, body);
    }

    private static Body body(Exchange exchange) {
        return Body.parse(exchange.body(), ErrorShape.NATIVE.emptyBody());
    }

    private Model named(Body body) {
        String text = body.text("model").isEmpty() ? body.text("name") : body.text("model");
        return store.find(ModelName.of(text))
                .orElseThrow(() -> ApiError.modelNotFound(text))
                .model();
    }
}
