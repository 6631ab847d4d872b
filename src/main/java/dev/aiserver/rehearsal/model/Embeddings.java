package dev.aiserver.rehearsal.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The three routes that turn text into vectors. An empty input only loads the model. */
final class Embeddings {
    private static final int DIMENSIONS = 4;

    private final Inference inference;

    Embeddings(Inference inference) {
        this.inference = inference;
    }

    void embed(Exchange exchange) throws ClientGone {
        Body body = loaded(exchange, ErrorShape.NATIVE);
        List<String> inputs = inputs(body);
        ObjectNode answer = Json.object().put("model", body.text("model"));
        ArrayNode vectors = answer.putArray("embeddings");
        inputs.forEach(input -> vectors.add(vector(input)));
        if (inputs.isEmpty()) {
            exchange.json(200, answer);
            return;
        }
        exchange.json(
                200,
                answer.put("total_duration", 1_000_000L)
                        .put("load_duration", 1_000_000L)
                        .put("prompt_eval_count", tokens(inputs)));
    }

    /** The older route: one prompt, one vector. */
    void embeddings(Exchange exchange) throws ClientGone {
        Body body = loaded(exchange, ErrorShape.NATIVE);
        ObjectNode answer = Json.object();
        String prompt = body.text("prompt");
        answer.set("embedding", prompt.isEmpty() ? Json.array() : vector(prompt));
        exchange.json(200, answer);
    }

    void openAi(Exchange exchange) throws ClientGone {
        Body body = loaded(exchange, ErrorShape.OPENAI);
        List<String> inputs = inputs(body);
        if (inputs.isEmpty()) {
            throw new ApiError(400, "invalid input");
        }
        ObjectNode answer = Json.object().put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (String input : inputs) {
            ObjectNode embedding = data.addObject().put("object", "embedding");
            embedding.set("embedding", vector(input));
            embedding.put("index", data.size() - 1);
        }
        answer.put("model", body.text("model"));
        answer.putObject("usage").put("prompt_tokens", tokens(inputs)).put("total_tokens", tokens(inputs));
        exchange.json(200, answer);
    }

    private Body loaded(Exchange exchange, ErrorShape shape) throws ClientGone {
        Body body = Body.parse(exchange.request().body(), shape.emptyBody());
        exchange.reachesRoute();
        Model model = inference.installed(body.text("model"));
        if (!model.can("embedding")) {
            throw new ApiError(501, "This server does not support embeddings. Start it with `--embeddings`");
        }
        inference.load(
                exchange,
                model,
                KeepAlive.ofRequest(body.at("keep_alive")),
                body.object("options").number("num_ctx"));
        return body;
    }

    private static List<String> inputs(Body body) {
        JsonNode input = body.at("input");
        if (!input.isArray()) {
            String text = body.text("input");
            return text.isEmpty() ? List.of() : List.of(text);
        }
        List<String> inputs = new ArrayList<>();
        input.forEach(element -> inputs.add(element.asText()));
        return inputs;
    }

    private static ArrayNode vector(String text) {
        ArrayNode vector = Json.array();
        String digest = Digest.of(text);
        for (int at = 0; at < DIMENSIONS; at++) {
            vector.add(Integer.parseInt(digest.substring(at * 4, at * 4 + 4), 16) / 65_535.0);
        }
        return vector;
    }

    private static int tokens(List<String> inputs) {
        return inputs.stream().mapToInt(text -> Conversation.words(text).size()).sum();
    }
}
