package standin.ollama.api;

import static standin.ollama.go.ErrorFormat.ANTHROPIC;
import static standin.ollama.go.ErrorFormat.NATIVE;
import static standin.ollama.go.ErrorFormat.OPENAI;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import standin.ollama.generation.Generation;
import standin.ollama.generation.GenerationCounter;
import standin.ollama.generation.GenerationRequest;
import standin.ollama.generation.Inference;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;
import standin.ollama.http.Router;
import standin.ollama.http.Router.Handler;
import standin.ollama.http.Router.Route;
import standin.ollama.model.ActiveFaults;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.EngineFactory;
import standin.ollama.model.LoadedModels;
import standin.ollama.model.ModelReference;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

/** Builds Ollama's routing table and serves the routes. */
public final class Api {
    /** @param context context length in tokens; 0 for a local model, which needs {@code gigabytes} of memory */
    private record Recommendation(String model, String description, int context, int output, long gigabytes) {}

    /** Recommendations of a server without internet access. */
    private static final List<Recommendation> RECOMMENDATIONS = List.of(
            new Recommendation("kimi-k2.6:cloud", "Coding and agents, in the cloud", 262_144, 262_144, 0),
            new Recommendation("glm-5.1:cloud", "Reasoning and coding, in the cloud", 202_752, 131_072, 0),
            new Recommendation("qwen3.5:cloud", "Tools and images, in the cloud", 262_144, 32_768, 0),
            new Recommendation("minimax-m2.7:cloud", "Coding and work, in the cloud", 204_800, 128_000, 0),
            new Recommendation("gemma4", "Reasoning and coding, local", 0, 0, 12),
            new Recommendation("qwen3.5", "Reasoning, coding and images, local", 0, 0, 14));

    private final OllamaSettings settings;
    private final ListRoutes listings;
    private final Inference inference;
    private final LoadedModels loaded;
    private final EmbeddingRoutes embeddings;
    private final PullRoute pulls;
    private final AdminRoutes administration;

    public Api(
            ModelStore store,
            OllamaSettings settings,
            ActiveFaults activeFaults,
            GenerationCounter counter,
            EngineFactory engines) {
        this.settings = settings;
        this.loaded = new LoadedModels(settings, activeFaults, engines);
        this.inference = new Inference(store, loaded, activeFaults, counter);
        this.listings = new ListRoutes(store, loaded);
        this.embeddings = new EmbeddingRoutes(inference);
        this.pulls = new PullRoute(store, settings.catalogue(), activeFaults);
        this.administration = new AdminRoutes(store, loaded, settings.cloudDisabled());
    }

    public Router router() {
        Handler running = (x, s) -> x.text(200, "text/plain; charset=utf-8", "Ollama is running");
        Handler version = (x, s) -> x.json(200, GoJson.object().put("version", settings.version()));
        Handler tags = (x, s) -> listings.tags(x);
        Handler signOut = (x, s) -> {
            throw AdminRoutes.signOut();
        };
        return new Router(List.of(
                new Route("HEAD", "/", NATIVE, running),
                new Route("GET", "/", NATIVE, running),
                new Route("HEAD", "/api/version", NATIVE, version),
                new Route("GET", "/api/version", NATIVE, version),
                new Route("GET", "/api/status", NATIVE, (x, s) -> x.json(200, status())),
                new Route("POST", "/api/pull", NATIVE, (x, s) -> pulls.pull(x)),
                new Route("POST", "/api/push", NATIVE, (x, s) -> administration.push(x)),
                new Route("HEAD", "/api/tags", NATIVE, tags),
                new Route("GET", "/api/tags", NATIVE, tags),
                new Route("POST", "/api/show", NATIVE, local((x, s) -> listings.show(x))),
                new Route("DELETE", "/api/delete", NATIVE, (x, s) -> administration.delete(x)),
                new Route("POST", "/api/me", NATIVE, (x, s) -> {
                    throw AdminRoutes.whoAmI();
                }),
                new Route("POST", "/api/signout", NATIVE, signOut),
                new Route("DELETE", "/api/user/keys/:encodedKey", NATIVE, signOut),
                new Route("POST", "/api/create", NATIVE, (x, s) -> administration.create(x)),
                new Route("POST", "/api/blobs/:digest", NATIVE, administration::createBlob),
                new Route("HEAD", "/api/blobs/:digest", NATIVE, administration::headBlob),
                new Route("POST", "/api/copy", NATIVE, (x, s) -> administration.copy(x)),
                new Route(
                        "POST", "/api/experimental/web_search", NATIVE, (x, s) -> administration.web(x, "web search")),
                new Route("POST", "/api/experimental/web_fetch", NATIVE, (x, s) -> administration.web(x, "web fetch")),
                new Route("GET", "/api/experimental/model-recommendations", NATIVE, (x, s) -> recommendations(x)),
                new Route("GET", "/api/ps", NATIVE, (x, s) -> listings.running(x)),
                new Route("POST", "/api/generate", NATIVE, local((x, s) -> generate(x))),
                new Route("POST", "/api/chat", NATIVE, local((x, s) -> chat(x))),
                new Route("POST", "/api/embed", NATIVE, local((x, s) -> embeddings.embed(x))),
                new Route("POST", "/api/embeddings", NATIVE, local((x, s) -> embeddings.embeddings(x))),
                new Route("POST", "/v1/chat/completions", OPENAI, local((x, s) -> chatCompletions(x))),
                new Route("POST", "/v1/completions", OPENAI, local((x, s) -> completions(x))),
                new Route("POST", "/v1/embeddings", OPENAI, local((x, s) -> embeddings.openAi(x))),
                new Route("GET", "/v1/models", OPENAI, (x, s) -> listings.openAi(x)),
                new Route("GET", "/v1/models/:model", OPENAI, local(listings::openAi)),
                new Route("POST", "/v1/responses", OPENAI, local((x, s) -> responses(x))),
                new Route("POST", "/v1/audio/transcriptions", OPENAI, (x, s) -> transcriptions(x)),
                new Route("POST", "/v1/messages", ANTHROPIC, local((x, s) -> messages(x)))));
    }

    /** Refuses requests for cloud models, in the native error format on every route. */
    private Handler local(Handler handler) {
        return (exchange, segment) -> {
            if (ModelReference.isCloud(segment.isEmpty() ? modelIn(exchange.body()) : segment)) {
                boolean details =
                        !segment.isEmpty() || exchange.request().path().equals("/api/show");
                throw administration.needsAccount(details ? "remote model details" : "remote model");
            }
            handler.handle(exchange, segment);
        };
    }

    /** Returns the model name in the body; empty if the body is invalid, which the route itself reports. */
    private static String modelIn(byte[] body) {
        try {
            return RequestBody.parse(body, "", "struct").at("model").asText("");
        } catch (ApiError e) {
            return "";
        }
    }

    private ObjectNode status() {
        ObjectNode status = GoJson.object();
        status.putObject("cloud")
                .put("disabled", settings.cloudDisabled())
                .put("source", settings.cloudDisabled() ? "env" : "none");
        return status;
    }

    private static void recommendations(Exchange exchange) throws ClientDisconnected {
        ObjectNode response = GoJson.object();
        ArrayNode list = response.putArray("recommendations");
        for (Recommendation each : RECOMMENDATIONS) {
            ObjectNode entry = list.addObject().put("model", each.model()).put("description", each.description());
            if (each.context() > 0) {
                entry.put("context_length", each.context()).put("max_output_tokens", each.output());
            } else {
                entry.put("vram_bytes", each.gigabytes() * 1_000_000_000L);
            }
        }
        exchange.json(200, response);
    }

    private static void transcriptions(Exchange exchange) {
        boolean form =
                exchange.request().received().header("content-type").orElse("").startsWith("multipart/form-data");
        throw new ApiError(400, form ? "model is required" : "request Content-Type isn't multipart/form-data");
    }

    private void generate(Exchange exchange) throws ClientDisconnected {
        GenerationRequest request =
                NativeRequest.generate(RequestBody.parse(exchange.body(), NATIVE.emptyBody(), "api.GenerateRequest"));
        if (request.prompt().lastText().isEmpty()) {
            loadOnly(exchange, request, "generate");
        } else {
            inference.answer(exchange, request, "generate", NativeChat::generate);
        }
    }

    private void chat(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), NATIVE.emptyBody(), "api.ChatRequest");
        GenerationRequest request = NativeRequest.chat(body);
        OpenAi.modelOf(body);
        if (request.prompt().isEmpty()) {
            loadOnly(exchange, request, "chat");
        } else {
            inference.answer(exchange, request, "chat", NativeChat::chat);
        }
    }

    private void loadOnly(Exchange exchange, GenerationRequest request, String task) throws ClientDisconnected {
        String reason = loadOrUnload(exchange, request, task);
        exchange.json(200, NativeChat.empty(request.model(), task.equals("chat"), reason));
    }

    /** Loads or unloads the model, and returns the done reason: {@code load} or {@code unload}. */
    private String loadOrUnload(Exchange exchange, GenerationRequest request, String task) throws ClientDisconnected {
        CatalogueModel model = inference.installed(request.model());
        if (request.keepAlive().filter(Duration::isZero).isPresent()) {
            loaded.unload(model);
            return "unload";
        }
        Inference.check(model, request, task);
        inference.load(exchange, model, request.keepAlive(), request.options());
        return "load";
    }

    private static boolean wantsUsage(RequestBody body) {
        return body.object("stream_options", "openai.StreamOptions").flag("include_usage", false);
    }

    private void chatCompletions(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.ChatCompletionRequest");
        boolean usage = wantsUsage(body);
        GenerationRequest request = OpenAi.chat(body);
        exchange.enterRoute();
        OpenAi.modelOf(body);
        inference.answer(exchange, request, "chat", generation -> new ChatCompletions(generation, usage));
    }

    private void completions(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.CompletionRequest");
        boolean usage = wantsUsage(body);
        GenerationRequest request = TextCompletions.read(body);
        exchange.enterRoute();
        if (!request.prompt().lastText().isEmpty()) {
            inference.answer(exchange, request, "generate", generation -> new TextCompletions(generation, usage));
            return;
        }
        TextCompletions empty =
                new TextCompletions(Generation.empty(request, loadOrUnload(exchange, request, "generate")), usage);
        if (request.stream()) {
            exchange.stream(empty.streamType());
            exchange.write(empty.end());
        } else {
            exchange.json(200, empty.whole());
        }
    }

    private void responses(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.ResponsesRequest");
        GenerationRequest request = ResponsesRequest.read(body);
        exchange.enterRoute();
        OpenAi.modelOf(body);
        inference.answer(exchange, request, "chat", generation -> new Responses(generation, body));
    }

    private void messages(Exchange exchange) throws ClientDisconnected {
        byte[] bytes = exchange.body();
        RequestBody body = RequestBody.parse(bytes, ANTHROPIC.emptyBody(), "anthropic.MessagesRequest");
        inference.answer(exchange, Messages.read(body), "chat", generation -> new Messages(generation, bytes.length));
    }
}
