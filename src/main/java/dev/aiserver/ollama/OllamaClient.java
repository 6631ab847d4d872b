package dev.aiserver.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.host.Trouble;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.HttpProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Ollama's own API, spoken to the loopback address. Every method throws {@link Trouble} with Ollama's words when it
 * refuses, and of kind unreachable when it does not answer.
 */
public final class OllamaClient {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** Ollama answers a load only when the model is in memory; its own limit is five minutes without progress. */
    private static final Duration LOAD = Duration.ofMinutes(30);

    /** A download that hangs sends nothing and never fails by itself. */
    private static final Duration SILENCE_OF_A_PULL = Duration.ofSeconds(120);

    private final InetSocketAddress address;

    public OllamaClient(int port) {
        this.address = new InetSocketAddress("127.0.0.1", port);
    }

    public String version() {
        return get("/api/version").path("version").asText();
    }

    /** Whether nothing can leave for ollama.com; a server too old to say so has no such switch. */
    public boolean isCloudDisabled() {
        return get("/api/status").path("cloud").path("disabled").asBoolean();
    }

    public List<InstalledModel> installed() {
        List<InstalledModel> models = new ArrayList<>();
        get("/api/tags")
                .path("models")
                .forEach(model -> models.add(new InstalledModel(
                        model.path("name").asText(),
                        model.path("digest").asText(),
                        model.path("size").asLong())));
        return models;
    }

    public List<LoadedModel> loaded() {
        List<LoadedModel> models = new ArrayList<>();
        get("/api/ps").path("models").forEach(model -> models.add(loaded(model)));
        return models;
    }

    private static LoadedModel loaded(JsonNode model) {
        return new LoadedModel(
                model.path("name").asText(),
                model.path("digest").asText(),
                model.path("size").asLong(),
                model.path("size_vram").asLong(),
                model.path("context_length").asLong(),
                OffsetDateTime.parse(model.path("expires_at").asText()));
    }

    /** What a model can do: {@code completion}, {@code embedding}, {@code tools}, {@code vision}, … */
    public Set<String> capabilities(String model) {
        Set<String> capabilities = new TreeSet<>();
        post("look at " + model, "/api/show", JSON.createObjectNode().put("model", model), ANSWER)
                .path("capabilities")
                .forEach(capability -> capabilities.add(capability.asText()));
        return capabilities;
    }

    /**
     * Loads a model and keeps it for ever. No options are sent: with others than the next request's, Ollama would load
     * it again. The connection stays until it is loaded, because Ollama gives up the load of a client that leaves.
     */
    public void load(String model, Set<String> capabilities) {
        boolean embedsOnly = capabilities.contains("embedding") && !capabilities.contains("completion");
        ObjectNode body = JSON.createObjectNode().put("model", model).put("keep_alive", -1);
        if (embedsOnly) {
            post("load " + model, "/api/embed", body.put("input", ""), LOAD);
        } else {
            post("load " + model, "/api/generate", body.put("stream", false), LOAD);
        }
    }

    /**
     * Downloads a model. Ollama reports errors inside a 200, so only its line {@code success} is a success.
     *
     * @param progress is told every line
     */
    public void pull(String model, Consumer<PullProgress> progress) {
        HttpCall call = HttpCall.post(
                "/api/pull", host(), JSON.createObjectNode().put("model", model).toString());
        boolean success = false;
        try (HttpExchange exchange = new HttpProbe(address, SILENCE_OF_A_PULL).open(call);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(exchange.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode event = parse(line);
                if (event.has("error")) {
                    throw refused("pull " + model, event);
                }
                success = event.path("status").asText().equals("success");
                progress.accept(PullProgress.of(event));
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (!success) {
            throw new Trouble("Ollama broke off the download of " + model + " without a reason; run warm-models again, "
                    + "it goes on where it stopped.");
        }
    }

    private JsonNode get(String path) {
        return answer("answer GET " + path, HttpCall.get(path, host()), ANSWER);
    }

    private JsonNode post(String what, String path, ObjectNode body, Duration timeout) {
        return answer(what, HttpCall.post(path, host(), body.toString()), timeout);
    }

    private JsonNode answer(String what, HttpCall call, Duration timeout) {
        HttpAnswer answer;
        try {
            answer = new HttpProbe(address, timeout).send(call);
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (answer.status() != 200) {
            throw answer.text().startsWith("{")
                    ? refused(what, parse(answer.text()))
                    : new Trouble("Ollama could not " + what + ": it answers " + answer.status() + ".");
        }
        return parse(answer.text());
    }

    private String host() {
        return "127.0.0.1:" + address.getPort();
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new Trouble(
                    "Ollama answers what is no JSON: "
                            + json.lines().findFirst().orElse("nothing"),
                    e);
        }
    }

    private static Trouble refused(String what, JsonNode answer) {
        JsonNode error = answer.path("error");
        String words =
                error.isTextual() ? error.asText() : error.path("message").asText(error.toString());
        return new Trouble("Ollama could not " + what + ": " + words);
    }

    private Trouble unreachable(IOException e) {
        return new Trouble(
                Trouble.Kind.UNREACHABLE,
                "Ollama does not answer on " + host() + " (" + e.getMessage()
                        + "); see \"aiserver status\" and its log, then try again.");
    }
}
