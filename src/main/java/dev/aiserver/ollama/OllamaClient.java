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
 * Ollama's own API, spoken to the loopback address. Every method throws {@link UserError} with Ollama's words when it
 * refuses, and of kind unreachable when it does not answer.
 */
public final class OllamaClient {
    private static final JsonMapper JSON = JsonLimits.mapper().build();
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /** In characters; it is shown to the person. */
    private static final int LONGEST_ERROR = 2000;

    /** After the download, a large file is verified without a word for minutes. */
    private static final Duration SILENCE_OF_A_VERIFICATION = Duration.ofMinutes(30);

    private final Host host;
    private final int port;

    /** @param host on which Ollama listens on loopback */
    public OllamaClient(Host host, int port) {
        this.host = host;
        this.port = port;
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
        return loaded(ANSWER);
    }

    /** @param limit while a model loads, Ollama does not answer this; zero is none */
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
                    "Ollama does not say in GET /api/ps until when a model stays in memory: \"" + FirstLine.of(expires)
                            + "\" is no date.",
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

    /** What a model can do: {@code completion}, {@code embedding}, {@code tools}, {@code vision}, … */
    public Set<String> capabilities(String model) {
        return details(model).capabilities();
    }

    public ModelDetails details(String model) {
        JsonNode answer =
                post("look at " + model, "/api/show", JSON.createObjectNode().put("model", model), ANSWER);
        Set<String> capabilities = new TreeSet<>();
        answer.path("capabilities").forEach(capability -> capabilities.add(capability.asText()));
        return ModelDetails.of(capabilities, answer.path("modelfile").asText());
    }

    /**
     * Loads a model, or renews how long a loaded one stays. No options are sent: with others than the next request's,
     * Ollama would load it again. The connection stays until it is loaded, because Ollama gives up the load of a client
     * that leaves.
     *
     * @param limit for the whole load; zero is none
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
            return new ModelResult.Refused("it was not in memory after " + limit.toSeconds()
                    + " s; a larger OLLAMA_LOAD_TIMEOUT in the configuration gives it more time");
        } catch (IOException e) {
            return new ModelResult.Lost(reason(e));
        }
    }

    /** Whether a model with these capabilities answers in words; one that only embeds is loaded and used otherwise. */
    public static boolean canChat(Set<String> capabilities) {
        return capabilities.contains("completion") || !capabilities.contains("embedding");
    }

    /** Lets a model go; Ollama answers before it is gone. */
    public void unload(String model) {
        post(
                "unload " + model,
                "/api/generate",
                JSON.createObjectNode().put("model", model).put("keep_alive", 0),
                ANSWER);
    }

    /**
     * Downloads a model. Ollama reports errors inside a 200, so only its line {@code success} is a success; and it
     * waits for ever for a part that does not come, reporting all the while.
     *
     * @param stall how long no byte may come
     * @param progress is told every line; what it throws ends the download
     */
    public ModelResult pull(String model, Duration stall, Consumer<PullProgress> progress) {
        RawHttpRequest call = RawHttpRequest.post(
                "/api/pull", host(), JSON.createObjectNode().put("model", model).toString());
        ModelResult stalled = new ModelResult.BrokenOff("nothing came for " + words(stall));
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
                    return new ModelResult.BrokenOff("it names parts without an end");
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
                exchange.setReadTimeout(downloads ? stall : SILENCE_OF_A_VERIFICATION);
            }
            return new ModelResult.BrokenOff("it broke off without a reason");
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
        return answer("answer GET " + path, RawHttpRequest.get(path, host()), ANSWER);
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

    /** Ollama's own, whole; what stands in for them when it says nothing. */
    private static String words(RawHttpResponse answer) {
        return answer.text().startsWith("{") ? words(parse(answer.text())) : "it answers " + answer.status() + ".";
    }

    private static String words(JsonNode answer) {
        JsonNode error = answer.path("error");
        String words =
                error.isTextual() ? error.asText() : error.path("message").asText(error.toString());
        return words.length() > LONGEST_ERROR ? words.substring(0, LONGEST_ERROR) + "…" : words;
    }

    private String host() {
        return "127.0.0.1:" + port;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            String said = FirstLine.of(json);
            throw new UserError("Ollama answers what is no JSON: " + (said.isEmpty() ? "nothing" : said), e);
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }

    private UserError unreachable(IOException e) {
        return new UserError(
                UserError.Kind.UNREACHABLE,
                "Ollama does not answer on " + host() + " (" + reason(e)
                        + "); see \"aiserver status\" and its log, then try again.");
    }
}
