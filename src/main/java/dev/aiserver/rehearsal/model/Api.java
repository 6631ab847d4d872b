package dev.aiserver.rehearsal.model;

import static dev.aiserver.rehearsal.model.ErrorShape.ANTHROPIC;
import static dev.aiserver.rehearsal.model.ErrorShape.NATIVE;
import static dev.aiserver.rehearsal.model.ErrorShape.OPENAI;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.rehearsal.model.Router.Handler;
import dev.aiserver.rehearsal.model.Router.Route;
import java.time.Duration;
import java.util.List;

/** Ollama's routing table and what each route does. */
final class Api {
    private final Settings settings;
    private final Listings listings;
    private final Inference inference;
    private final LoadedModels loaded;
    private final Embeddings embeddings;
    private final Pulls pulls;
    private final Administration administration;

    Api(ModelStore store, Settings settings, Switches switches, Tally tally, Engines engines) {
        this.settings = settings;
        this.loaded = new LoadedModels(settings, switches, engines);
        this.inference = new Inference(store, loaded, switches, tally);
        this.listings = new Listings(store, loaded);
        this.embeddings = new Embeddings(inference);
        this.pulls = new Pulls(store, settings.catalogue(), switches);
        this.administration = new Administration(store, loaded, settings.cloudDisabled());
    }

    Router router() {
        Handler running = (x, s) -> x.text(200, "text/plain; charset=utf-8", "Ollama is running");
        Handler version = (x, s) -> x.json(200, Json.object().put("version", settings.version()));
        Handler tags = (x, s) -> listings.tags(x);
        Handler signOut = (x, s) -> {
            throw new ApiError(401, "you are not currently signed in");
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
                    throw Administration.unauthorized();
                }),
                new Route("POST", "/api/signout", NATIVE, signOut),
                new Route("DELETE", "/api/user/keys/:encodedKey", NATIVE, signOut),
                new Route("POST", "/api/create", NATIVE, (x, s) -> administration.create(x)),
                new Route("POST", "/api/blobs/:digest", NATIVE, administration::createBlob),
                new Route("HEAD", "/api/blobs/:digest", NATIVE, administration::headBlob),
                new Route("POST", "/api/copy", NATIVE, (x, s) -> administration.copy(x)),
                new Route("POST", "/api/experimental/web_search", NATIVE, cloudOnly("web search")),
                new Route("POST", "/api/experimental/web_fetch", NATIVE, cloudOnly("web fetch")),
                new Route("GET", "/api/experimental/model-recommendations", NATIVE, (x, s) -> recommendations(x)),
                new Route("GET", "/api/ps", NATIVE, (x, s) -> listings.running(x)),
                new Route("POST", "/api/generate", NATIVE, local((x, s) -> generate(x))),
                new Route("POST", "/api/chat", NATIVE, local((x, s) -> chat(x))),
                new Route("POST", "/api/embed", NATIVE, local((x, s) -> embeddings.embed(x))),
                new Route("POST", "/api/embeddings", NATIVE, (x, s) -> embeddings.embeddings(x)),
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
            return Body.parse(body, "").at("model").asText("");
        } catch (ApiError e) {
            return "";
        }
    }

    private Handler cloudOnly(String feature) {
        return (exchange, segment) -> {
            throw administration.needsAccount(feature);
        };
    }

    private ObjectNode status() {
        ObjectNode status = Json.object();
        status.putObject("cloud")
                .put("disabled", settings.cloudDisabled())
                .put("source", settings.cloudDisabled() ? "env" : "none");
        return status;
    }

    private static void recommendations(Exchange exchange) throws ClientGone {
        ObjectNode answer = Json.object();
        answer.putArray("recommendations");
        exchange.json(200, answer);
    }

    private static void transcriptions(Exchange exchange) {
        boolean form =
                exchange.request().received().header("content-type").orElse("").startsWith("multipart/form-data");
        throw new ApiError(400, form ? "model is required" : "request Content-Type isn't multipart/form-data");
    }

    private void generate(Exchange exchange) throws ClientGone {
        Body body = Body.parse(exchange.body(), NATIVE.emptyBody());
        Ask ask = NativeChat.ask(body, Conversation.ofPrompt(body.text("prompt")));
        if (!ask.conversation().lastText().isEmpty()) {
            inference.answer(exchange, ask, "generate", NativeChat::generate);
        } else {
            loadOnly(exchange, ask, "generate");
        }
    }

    private void chat(Exchange exchange) throws ClientGone {
        Body body = Body.parse(exchange.body(), NATIVE.emptyBody());
        OpenAi.modelOf(body);
        Ask ask = NativeChat.ask(body, OpenAi.conversation(body.objects("messages")));
        if (!ask.conversation().isEmpty()) {
            inference.answer(exchange, ask, "chat", NativeChat::chat);
        } else {
            loadOnly(exchange, ask, "chat");
        }
    }

    private void loadOnly(Exchange exchange, Ask ask, String task) throws ClientGone {
        Model model = inference.installed(ask.model());
        boolean unload = ask.keepAlive().filter(Duration::isZero).isPresent();
        if (unload) {
            loaded.unload(model);
        } else {
            Inference.check(model, ask, task);
            inference.load(exchange, model, ask.keepAlive(), ask.contextLength());
        }
        exchange.json(200, NativeChat.nothingSaid(ask.model(), task.equals("chat"), unload ? "unload" : "load"));
    }

    private void chatCompletions(Exchange exchange) throws ClientGone {
        Body body = Body.parse(exchange.body(), OPENAI.emptyBody());
        boolean usage = body.object("stream_options").flag("include_usage", false);
        inference.answer(exchange, OpenAi.chat(body), "chat", generation -> new ChatCompletions(generation, usage));
    }

    private void completions(Exchange exchange) throws ClientGone {
        Body body = Body.parse(exchange.body(), OPENAI.emptyBody());
        boolean usage = body.object("stream_options").flag("include_usage", false);
        inference.answer(
                exchange, TextCompletions.ask(body), "generate", generation -> new TextCompletions(generation, usage));
    }

    private void responses(Exchange exchange) throws ClientGone {
        Body body = Body.parse(exchange.body(), OPENAI.emptyBody());
        inference.answer(exchange, ResponsesRequest.ask(body), "chat", generation -> new Responses(generation, body));
    }

    private void messages(Exchange exchange) throws ClientGone {
        byte[] bytes = exchange.body();
        Body body = Body.parse(bytes, ANTHROPIC.emptyBody());
        inference.answer(exchange, Messages.ask(body), "chat", generation -> new Messages(generation, bytes.length));
    }
}
