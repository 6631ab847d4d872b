package dev.aiserver.rehearsal.model;

import static dev.aiserver.rehearsal.model.ErrorFormat.ANTHROPIC;
import static dev.aiserver.rehearsal.model.ErrorFormat.NATIVE;
import static dev.aiserver.rehearsal.model.ErrorFormat.OPENAI;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.rehearsal.model.Router.Handler;
import dev.aiserver.rehearsal.model.Router.Route;
import java.time.Duration;
import java.util.List;

/** Ollama's routing table and what each route does. */
final class Api {
    /** @param context 0 for one that runs here, which needs so many gigabytes */
    private record Recommendation(String model, String description, int context, int output, long gigabytes) {}

    /** Those of a server without internet. */
    private static final List<Recommendation> RECOMMENDATIONS = List.of(
            new Recommendation("kimi-k2.6:cloud", "Coding and agents, in the cloud", 262_144, 262_144, 0),
            new Recommendation("glm-5.1:cloud", "Reasoning and coding, in the cloud", 202_752, 131_072, 0),
            new Recommendation("qwen3.5:cloud", "Tools and pictures, in the cloud", 262_144, 32_768, 0),
            new Recommendation("minimax-m2.7:cloud", "Coding and work, in the cloud", 204_800, 128_000, 0),
            new Recommendation("gemma4", "Reasoning and coding, here", 0, 0, 12),
            new Recommendation("qwen3.5", "Reasoning, coding and pictures, here", 0, 0, 14));

    private final Settings settings;
    private final ListRoutes listings;
    private final Inference inference;
    private final LoadedModels loaded;
    private final EmbeddingRoutes embeddings;
    private final PullRoute pulls;
    private final AdminRoutes administration;

    Api(ModelStore store, Settings settings, ActiveFaults switches, GenerationCounter tally, EngineFactory engines) {
        this.settings = settings;
        this.loaded = new LoadedModels(settings, switches, engines);
        this.inference = new Inference(store, loaded, switches, tally);
        this.listings = new ListRoutes(store, loaded);
        this.embeddings = new EmbeddingRoutes(inference);
        this.pulls = new PullRoute(store, settings.catalogue(), switches);
        this.administration = new AdminRoutes(store, loaded, settings.cloudDisabled());
    }

    Router router() {
        Handler running = (x, s) -> x.text(200, "text/plain; charset=utf-8", "Ollama is running");
        Handler version = (x, s) -> x.json(200, Json.object().put("version", settings.version()));
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

    /** Keeps requests for cloud models here: their answer has the native form on every route. */
    private Handler local(Handler handler) {
        return (exchange, segment) -> {
            if (ModelName.isCloud(segment.isEmpty() ? modelIn(exchange.body()) : segment)) {
                boolean details =
                        !segment.isEmpty() || exchange.request().path().equals("/api/show");
                throw administration.needsAccount(details ? "remote model details" : "remote model");
            }
            handler.handle(exchange, segment);
        };
    }

    /** A look ahead; what is wrong with the body is for the route to say. */
    private static String modelIn(byte[] body) {
        try {
            return RequestBody.parse(body, "", "struct").at("model").asText("");
        } catch (ApiError e) {
            return "";
        }
    }

    private ObjectNode status() {
        ObjectNode status = Json.object();
        status.putObject("cloud")
                .put("disabled", settings.cloudDisabled())
                .put("source", settings.cloudDisabled() ? "env" : "none");
        return status;
    }

    private static void recommendations(Exchange exchange) throws ClientDisconnected {
        ObjectNode answer = Json.object();
        ArrayNode list = answer.putArray("recommendations");
        for (Recommendation each : RECOMMENDATIONS) {
            ObjectNode entry = list.addObject().put("model", each.model()).put("description", each.description());
            if (each.context() > 0) {
                entry.put("context_length", each.context()).put("max_output_tokens", each.output());
            } else {
                entry.put("vram_bytes", each.gigabytes() * 1_000_000_000L);
            }
        }
        exchange.json(200, answer);
    }

    private static void transcriptions(Exchange exchange) {
        boolean form =
                exchange.request().received().header("content-type").orElse("").startsWith("multipart/form-data");
        throw new ApiError(400, form ? "model is required" : "request Content-Type isn't multipart/form-data");
    }

    private void generate(Exchange exchange) throws ClientDisconnected {
        GenerationRequest ask =
                NativeRequest.generate(RequestBody.parse(exchange.body(), NATIVE.emptyBody(), "api.GenerateRequest"));
        if (ask.conversation().lastText().isEmpty()) {
            loadOnly(exchange, ask, "generate");
        } else {
            inference.answer(exchange, ask, "generate", NativeChat::generate);
        }
    }

    private void chat(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), NATIVE.emptyBody(), "api.ChatRequest");
        GenerationRequest ask = NativeRequest.chat(body);
        OpenAi.modelOf(body);
        if (ask.conversation().isEmpty()) {
            loadOnly(exchange, ask, "chat");
        } else {
            inference.answer(exchange, ask, "chat", NativeChat::chat);
        }
    }

    private void loadOnly(Exchange exchange, GenerationRequest ask, String task) throws ClientDisconnected {
        String reason = loadedOrUnloaded(exchange, ask, task);
        exchange.json(200, NativeChat.nothingSaid(ask.model(), task.equals("chat"), reason));
    }

    /** @return which of the two it is now */
    private String loadedOrUnloaded(Exchange exchange, GenerationRequest ask, String task) throws ClientDisconnected {
        Model model = inference.installed(ask.model());
        if (ask.keepAlive().filter(Duration::isZero).isPresent()) {
            loaded.unload(model);
            return "unload";
        }
        Inference.check(model, ask, task);
        inference.load(exchange, model, ask.keepAlive(), ask.options());
        return "load";
    }

    private static boolean wantsUsage(RequestBody body) {
        return body.object("stream_options", "openai.StreamOptions").flag("include_usage", false);
    }

    private void chatCompletions(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.ChatCompletionRequest");
        boolean usage = wantsUsage(body);
        GenerationRequest ask = OpenAi.chat(body);
        exchange.reachesRoute();
        OpenAi.modelOf(body);
        inference.answer(exchange, ask, "chat", generation -> new ChatCompletions(generation, usage));
    }

    private void completions(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.CompletionRequest");
        boolean usage = wantsUsage(body);
        GenerationRequest ask = TextCompletions.ask(body);
        exchange.reachesRoute();
        if (!ask.conversation().lastText().isEmpty()) {
            inference.answer(exchange, ask, "generate", generation -> new TextCompletions(generation, usage));
            return;
        }
        TextCompletions nothing =
                new TextCompletions(Generation.ofNothing(ask, loadedOrUnloaded(exchange, ask, "generate")), usage);
        if (ask.stream()) {
            exchange.stream(nothing.streamType());
            exchange.write(nothing.end());
        } else {
            exchange.json(200, nothing.whole());
        }
    }

    private void responses(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), OPENAI.emptyBody(), "openai.ResponsesRequest");
        GenerationRequest ask = ResponsesRequest.ask(body);
        exchange.reachesRoute();
        OpenAi.modelOf(body);
        inference.answer(exchange, ask, "chat", generation -> new Responses(generation, body));
    }

    private void messages(Exchange exchange) throws ClientDisconnected {
        byte[] bytes = exchange.body();
        RequestBody body = RequestBody.parse(bytes, ANTHROPIC.emptyBody(), "anthropic.MessagesRequest");
        inference.answer(exchange, Messages.ask(body), "chat", generation -> new Messages(generation, bytes.length));
    }
}
