package standin.ollama.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import standin.ollama.generation.Inference;
import standin.ollama.generation.ModelOptions;
import standin.ollama.generation.Prompt;
import standin.ollama.go.ApiError;
import standin.ollama.go.Digest;
import standin.ollama.go.ErrorFormat;
import standin.ollama.go.GoJson;
import standin.ollama.go.KeepAliveDuration;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.ModelReference;

/** Serves the three routes that turn text into vectors. An empty input only loads the model. */
final class EmbeddingRoutes {
    private static final String NO_EMBEDDINGS = "This server does not support embeddings. Start it with `--embeddings`";

    private final Inference inference;

    EmbeddingRoutes(Inference inference) {
        this.inference = inference;
    }

    void embed(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), ErrorFormat.NATIVE.emptyBody(), "api.EmbedRequest");
        requireName(body);
        JsonNode input = body.at("input");
        List<String> inputs = input.isTextual() && input.asText().isEmpty() ? List.of() : texts(input);
        CatalogueModel model = loaded(exchange, body);
        ObjectNode response = GoJson.object().put("model", body.text("model"));
        ArrayNode vectors = response.putArray("embeddings");
        if (inputs.isEmpty()) {
            exchange.json(200, response);
            return;
        }
        requireEmbedding(model);
        inputs.forEach(text -> requireWithinContext(body, model, text));
        inputs.forEach(text -> vectors.add(numbers(vector(text, model, body.number("dimensions")))));
        exchange.json(
                200,
                response.put("total_duration", 1_000_000L)
                        .put("load_duration", 1_000_000L)
                        .put("prompt_eval_count", tokens(inputs)));
    }

    /** Serves the older route, with one prompt and one vector. */
    void embeddings(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), ErrorFormat.NATIVE.emptyBody(), "api.EmbeddingRequest");
        OpenAi.modelOf(body);
        CatalogueModel model = loaded(exchange, body);
        ObjectNode response = GoJson.object();
        String prompt = body.text("prompt");
        if (!prompt.isEmpty() && !model.can("embedding")) {
            // Only this route turns every engine error into a 500.
            throw new ApiError(500, NO_EMBEDDINGS);
        }
        response.set("embedding", prompt.isEmpty() ? GoJson.array() : numbers(vector(prompt, model, 0)));
        exchange.json(200, response);
    }

    void openAi(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), ErrorFormat.OPENAI.emptyBody(), "openai.EmbedRequest");
        String encoding = body.text("encoding_format");
        boolean base64 = encoding.toLowerCase(Locale.ROOT).equals("base64");
        if (!encoding.isEmpty() && !base64 && !encoding.toLowerCase(Locale.ROOT).equals("float")) {
            throw new ApiError(
                    400,
                    "Invalid value for 'encoding_format' = " + encoding + ". Supported values: ['float', 'base64'].");
        }
        JsonNode input = body.at("input");
        if (!body.has("input") || input.isArray() && input.isEmpty()) {
            throw new ApiError(400, "invalid input");
        }
        int dimensions = body.number("dimensions");
        exchange.enterRoute();
        requireName(body);
        List<String> inputs = texts(input);
        CatalogueModel model = loaded(exchange, body);
        requireEmbedding(model);
        ObjectNode response = GoJson.object().put("object", "list");
        ArrayNode data = response.putArray("data");
        for (String text : inputs) {
            float[] vector = vector(text, model, dimensions);
            ObjectNode embedding = data.addObject().put("object", "embedding");
            embedding.set("embedding", base64 ? TextNode.valueOf(bytes(vector)) : numbers(vector));
            embedding.put("index", data.size() - 1);
        }
        response.put("model", body.text("model"));
        response.putObject("usage").put("prompt_tokens", tokens(inputs)).put("total_tokens", tokens(inputs));
        exchange.json(200, response);
    }

    private static void requireEmbedding(CatalogueModel model) {
        if (!model.can("embedding")) {
            throw new ApiError(501, NO_EMBEDDINGS);
        }
    }

    private static void requireWithinContext(RequestBody body, CatalogueModel model, String text) {
        if (!body.flag("truncate", true)
                && Prompt.words(text).size() > model.weights().contextLength()) {
            throw new ApiError(400, "the input length exceeds the context length");
        }
    }

    private CatalogueModel loaded(Exchange exchange, RequestBody body) throws ClientDisconnected {
        String name = body.text("model");
        CatalogueModel model;
        try {
            model = inference.installed(name);
        } catch (ApiError e) {
            // These routes look the model up in the scheduler first, so the error has its wording.
            throw e.status() == 404 ? new ApiError(404, "model \"" + name + "\" not found, try pulling it first") : e;
        }
        body.object("options", "map[string]interface {}");
        inference.load(
                exchange,
                model,
                KeepAliveDuration.ofRequest(body.at("keep_alive")),
                ModelOptions.of(body.at("options")));
        return model;
    }

    /** Checks the model name, which Ollama does before it checks the input. */
    private static void requireName(RequestBody body) {
        String name = body.text("model");
        if (name.isBlank()) {
            throw ApiError.modelNotFound(name);
        }
        Objects.requireNonNull(ModelReference.of(name));
    }

    /** @throws ApiError 400 if the input is neither a string nor a list of strings */
    private static List<String> texts(JsonNode input) {
        List<JsonNode> elements = new ArrayList<>();
        if (input.isArray()) {
            input.forEach(elements::add);
        } else if (!input.isMissingNode()) {
            elements.add(input);
        }
        if (!elements.stream().allMatch(JsonNode::isTextual)) {
            throw new ApiError(400, "invalid input type");
        }
        return elements.stream().map(JsonNode::asText).toList();
    }

    /** Returns a vector of length 1 that depends only on the text. */
    private static float[] vector(String text, CatalogueModel model, int dimensions) {
        SplittableRandom random =
                new SplittableRandom(Long.parseUnsignedLong(Digest.of(text).substring(0, 16), 16));
        float[] vector = new float[model.weights().embeddingLength()];
        for (int at = 0; at < vector.length; at++) {
            vector[at] = (float) (random.nextDouble() * 2 - 1);
        }
        return normalized(dimensions > 0 && dimensions < vector.length ? Arrays.copyOf(vector, dimensions) : vector);
    }

    private static float[] normalized(float[] vector) {
        double sum = 0;
        for (float number : vector) {
            sum += number * number;
        }
        for (int at = 0; at < vector.length; at++) {
            vector[at] /= (float) Math.sqrt(sum);
        }
        return vector;
    }

    private static ArrayNode numbers(float[] vector) {
        ArrayNode numbers = GoJson.array();
        for (float number : vector) {
            numbers.add(number);
        }
        return numbers;
    }

    private static String bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : vector) {
            bytes.putFloat(number);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static int tokens(List<String> inputs) {
        return inputs.stream().mapToInt(text -> Prompt.words(text).size()).sum();
    }
}
