package standin.ollama.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import standin.ollama.go.ApiError;
import standin.ollama.go.Digest;
import standin.ollama.go.ErrorFormat;
import standin.ollama.go.GoJson;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;
import standin.ollama.http.ProgressStream;
import standin.ollama.http.RequestBody;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.LoadedModels;
import standin.ollama.model.ModelReference;
import standin.ollama.model.ModelStore;

/**
 * Serves the routes that change the installed models or talk to ollama.com, which the proxy must never expose. This
 * server never reaches the internet.
 */
final class AdminRoutes {
    private final ModelStore store;
    private final LoadedModels loaded;
    private final boolean cloudDisabled;

    AdminRoutes(ModelStore store, LoadedModels loaded, boolean cloudDisabled) {
        this.store = store;
        this.loaded = loaded;
        this.cloudDisabled = cloudDisabled;
    }

    void delete(Exchange exchange) throws ClientDisconnected {
        String name = name(body(exchange, "api.DeleteRequest"));
        requireModel(name);
        CatalogueModel model = store.find(ModelReference.of(name))
                .orElseThrow(() -> ApiError.modelNotFound(name))
                .model();
        store.remove(model);
        loaded.unload(model);
        exchange.empty(200);
    }

    void copy(Exchange exchange) throws ClientDisconnected {
        RequestBody body = body(exchange, "api.CopyRequest");
        String source = body.text("source");
        ModelReference from = valid("source", source);
        ModelReference destination = valid("destination", body.text("destination"));
        CatalogueModel model = store.find(from)
                .orElseThrow(() -> new ApiError(404, "model \"" + source + "\" not found"))
                .model();
        store.add(model.named(destination));
        exchange.empty(200);
    }

    private static ModelReference valid(String role, String name) {
        return ModelReference.parse(name).orElseThrow(() -> new ApiError(400, role + " \"" + name + "\" is invalid"));
    }

    /** Creates a model from one that is installed. */
    void create(Exchange exchange) throws ClientDisconnected {
        RequestBody body = body(exchange, "api.CreateRequest");
        ModelReference name = ModelReference.of(name(body));
        String from = body.text("from");
        if (from.isEmpty()) {
            throw new ApiError(400, "neither 'from' or 'files' was specified");
        }
        ProgressStream progress = new ProgressStream(exchange, body.flag("stream", true));
        Optional<ModelStore.Installed> source = store.find(ModelReference.of(from));
        if (source.isEmpty()) {
            progress.add("pulling manifest");
            progress.fail("pull model manifest: file does not exist");
            return;
        }
        store.add(source.get().model().named(name));
        for (String status : List.of(
                "using existing layer sha256:" + source.get().model().digest(), "writing manifest", "success")) {
            progress.add(status);
        }
        progress.end();
    }

    void push(Exchange exchange) throws ClientDisconnected {
        RequestBody body = body(exchange, "api.PushRequest");
        String name = name(body);
        requireModel(name);
        ProgressStream progress = new ProgressStream(exchange, body.flag("stream", true));
        progress.add("retrieving manifest");
        Optional<ModelReference> parsed = ModelReference.parse(name);
        if (parsed.flatMap(store::find).isEmpty()) {
            progress.add("couldn't retrieve manifest");
            progress.fail("open "
                    + parsed.map(store::manifest).map(String::valueOf).orElse(name) + ": no such file or directory");
            return;
        }
        progress.fail("max retries exceeded: dial tcp: lookup registry.ollama.ai: no such host");
    }

    void createBlob(Exchange exchange, String segment) throws ClientDisconnected {
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

    void headBlob(Exchange exchange, String segment) throws ClientDisconnected {
        exchange.empty(Files.exists(store.blob(digest(segment))) ? 200 : 404);
    }

    private static String digest(String segment) {
        if (!segment.matches("sha256[:-][0-9a-f]{64}")) {
            throw new ApiError(400, "invalid digest format");
        }
        return segment.substring(7);
    }

    /** Returns the error of {@code /api/me}, which contacts ollama.com even with its cloud disabled. */
    static ApiError whoAmI() {
        return new ApiError(503, "account unavailable");
    }

    /** Returns the error of {@code /api/signout}, which contacts ollama.com even with its cloud disabled. */
    static ApiError signOut() {
        return new ApiError(500, "there was an error signing out");
    }

    /**
     * Refuses a web search or fetch.
     *
     * @throws ApiError always: 400 for an empty body, otherwise {@link #needsAccount}
     */
    void web(Exchange exchange, String feature) {
        if (new String(exchange.body(), StandardCharsets.UTF_8).isBlank()) {
            throw new ApiError(400, ErrorFormat.NATIVE.emptyBody());
        }
        throw needsAccount(feature);
    }

    /**
     * Returns the error for a feature that needs an ollama.com account. Without an account, this response shows the
     * machine's name and key to any client.
     */
    ApiError needsAccount(String feature) {
        if (cloudDisabled) {
            return ApiError.withBody(
                    403,
                    GoJson.object()
                            .put(
                                    "error",
                                    "ollama cloud is disabled: " + feature + (feature.endsWith("s") ? " are" : " is")
                                            + " unavailable"));
        }
        ObjectNode body = GoJson.object()
                .put("error", "unauthorized")
                .put("signin_url", "https://ollama.com/connect?name=rehearsal&key=c3NoLWVkMjU1MTk");
        return ApiError.withBody(401, body);
    }

    private static RequestBody body(Exchange exchange, String type) {
        return RequestBody.parse(exchange.body(), ErrorFormat.NATIVE.emptyBody(), type);
    }

    private static String name(RequestBody body) {
        return body.text("model").isEmpty() ? body.text("name") : body.text("model");
    }

    private static void requireModel(String name) {
        if (name.isBlank()) {
            throw new ApiError(400, "model is required");
        }
    }
}
