package dev.aiserver.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Host;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.UserError;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.net.ResponseLines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A client of Ollama's native API on the loopback address. Every method throws {@link UserError} with Ollama's message if
 * Ollama rejects the request, and of kind UNREACHABLE if it does not answer.
 */
public final class OllamaClient {
    private static final JsonMapper JSON = JsonLimits.mapper().build();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** In characters. */
    private static final int MAX_ERROR_LENGTH = 2000;

    /** After a download, Ollama verifies a large file for minutes and sends nothing. */
    private static final Duration VERIFICATION_TIMEOUT = Duration.ofMinutes(30);

    private final Host host;
    private final int port;

    /** @param host where Ollama listens on loopback */
    public OllamaClient(Host host, int port) {
        this.host = host;
        this.port = port;
    }

    public String version() {
        return get("/api/version").path("version").asText();
    }

    /** Returns whether the cloud is disabled, so that no prompt goes to ollama.com. Old versions have no such switch. */
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
        return loaded(TIMEOUT);
    }

    /** @param limit Ollama does not answer this request while a model loads; zero means no limit */
    public List<LoadedModel> loaded(Duration limit) {
        List<LoadedModel> models = new ArrayList<>();
        answer("answer GET /api/ps", RawHttpRequest.get("/api/ps", host()), limit)
                .path("models")
                .forEach(model -> models.add(loaded(model)));
        return models;
    }

    private static LoadedModel loaded(JsonNode model) {
        String expires = model.path("expires_at").asText();
        OffsetDateTime expiry;
        try {
            expiry = OffsetDateTime.parse(expires);
        } catch (DateTimeParseException e) {
            throw new UserError(
                    "Ollama's response to GET /api/ps has an invalid expiry date: \"" + FirstLine.of(expires)
                            + "\". Run \"ollama --version\", and upgrade Ollama if it is old.",
                    e);
        }
        return new LoadedModel(
                model.path("name").asText(),
                model.path("digest").asText(),
                model.path("size").asLong(),
                model.path("size_vram").asLong(),
                model.path("context_length").asLong(),
                expiry);
    }

    /** Returns a model's capabilities: {@code completion}, {@code embedding}, {@code tools}, {@code vision}, … */
    public Set<String> capabilities(String model) {
        return details(model).capabilities();
    }

    public ModelDetails details(String model) {
        JsonNode answer =
                post("show " + model, "/api/show", JSON.createObjectNode().put("model", model), TIMEOUT);
        Set<String> capabilities = new TreeSet<>();
        answer.path("capabilities").forEach(capability -> capabilities.add(capability.asText()));
        return ModelDetails.of(capabilities, answer.path("modelfile").asText());
    }

    /**
     * Loads a model, or extends the keep-alive of a loaded one. The request has no options, because Ollama would load the
     * model again for a request with different options. The connection stays open until the model is loaded, because Ollama
     * cancels the load of a client that disconnects.
     *
     * @param limit for the whole load; zero means no limit
     */
    public ModelResult load(String model, Set<String> capabilities, KeepAlive keepAlive, Duration limit) {
        ObjectNode body = JSON.createObjectNode().put("model", model);
        keepAlive.putInto(body);
        boolean embeds = !canChat(capabilities);
        RawHttpRequest call = embeds
                ? RawHttpRequest.post(
                        "/api/embed", host(), body.put("input", "").toString())
                : RawHttpRequest.post(
                        "/api/generate", host(), body.put("stream", false).toString());
        try {
            RawHttpResponse answer = probe(limit).send(call);
            return switch (answer.status()) {
                case 200 -> new ModelResult.Done();
                case 503 -> new ModelResult.Busy(words(answer));
                default -> new ModelResult.Refused(words(answer));
            };
        } catch (SocketTimeoutException e) {
            return new ModelResult.Refused("the model was not loaded after " + limit.toSeconds()
                    + " s; to allow more time, set a larger OLLAMA_LOAD_TIMEOUT in the configuration");
        } catch (IOException e) {
            return new ModelResult.Lost(reason(e));
        }
    }

    /** Returns whether a model with these capabilities generates text. An embedding model needs other requests. */
    public static boolean canChat(Set<String> capabilities) {
        return capabilities.contains("completion") || !capabilities.contains("embedding");
    }

    /** Unloads a model. Ollama answers before the model is out of memory. */
    public void unload(String model) {
        post(
                "unload " + model,
                "/api/generate",
                JSON.createObjectNode().put("model", model).put("keep_alive", 0),
                TIMEOUT);
    }

    /**
     * Downloads a model. Ollama reports errors inside a response with status 200, so only its line {@code success} means
     * success. If a part of the model does not arrive, Ollama waits forever and keeps reporting progress.
     *
     * @param stall how long the download may make no progress
     * @param progress receives every progress line; an exception from it ends the download
     */
    public ModelResult pull(String model, Duration stall, Consumer<PullProgress> progress) {
        RawHttpRequest call = RawHttpRequest.post(
                "/api/pull", host(), JSON.createObjectNode().put("model", model).toString());
        ModelResult stalled = new ModelResult.Incomplete("no progress for " + words(stall));
        try (HttpExchange exchange = probe(stall).open(call)) {
            ResponseLines lines = exchange.lines();
            PullProgress.Sum sum = new PullProgress.Sum();
            PullProgress last = new PullProgress("", 0, 0);
            long changed = System.nanoTime();
            for (String line = lines.next(); line != null; line = lines.next()) {
                JsonNode event = parse(line);
                if (event.has("error")) {
                    return new ModelResult.Refused(words(event));
                }
                PullProgress now = sum.add(event);
                if (sum.hasTooManyParts()) {
                    return new ModelResult.Incomplete("Ollama reported too many parts");
                }
                progress.accept(now);
                if (now.status().equals("success")) {
                    return new ModelResult.Done();
                }
                if (!now.equals(last)) {
                    changed = System.nanoTime();
                    last = now;
                } else if (System.nanoTime() - changed > stall.toNanos()) {
                    return stalled;
                }
                boolean downloads = now.status().startsWith("pulling");
                exchange.setReadTimeout(downloads ? stall : VERIFICATION_TIMEOUT);
            }
            return new ModelResult.Incomplete("Ollama ended the download without an error message");
        } catch (SocketTimeoutException e) {
            return stalled;
        } catch (IOException e) {
            return new ModelResult.Lost(reason(e));
        }
    }

    private static String words(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    private RawHttpClient probe(Duration limit) {
        return new RawHttpClient(host, new InetSocketAddress("127.0.0.1", port), limit);
    }

    private JsonNode get(String path) {
        return answer("answer GET " + path, RawHttpRequest.get(path, host()), TIMEOUT);
    }

    private JsonNode post(String what, String path, ObjectNode body, Duration timeout) {
        return answer(what, RawHttpRequest.post(path, host(), body.toString()), timeout);
    }

    private JsonNode answer(String what, RawHttpRequest call, Duration timeout) {
        RawHttpResponse answer;
        try {
            answer = probe(timeout).send(call);
        } catch (IOException e) {
            throw unreachable(e);
        }
        if (answer.status() != 200) {
            throw new UserError("Ollama could not " + what + ": " + words(answer));
        }
        return parse(answer.text());
    }

    /** Returns Ollama's error message, or the status if the response has none. */
    private static String words(RawHttpResponse answer) {
        return answer.text().startsWith("{") ? words(parse(answer.text())) : "it answers " + answer.status() + ".";
    }

    private static String words(JsonNode answer) {
        JsonNode error = answer.path("error");
        String words =
                error.isTextual() ? error.asText() : error.path("message").asText(error.toString());
        return words.length() > MAX_ERROR_LENGTH ? words.substring(0, MAX_ERROR_LENGTH) + "…" : words;
    }

    private String host() {
        return "127.0.0.1:" + port;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            String start = FirstLine.of(json);
            throw new UserError("Ollama's response is not JSON: " + (start.isEmpty() ? "it is empty" : start), e);
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private UserError unreachable(IOException e) {
        return new UserError(
                UserError.Kind.UNREACHABLE,
                "Ollama does not answer on " + host() + " (" + reason(e)
                        + "); run \"aiserver status\" and look at Ollama's log, then try again.");
    }
}
