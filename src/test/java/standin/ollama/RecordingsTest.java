package standin.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import standin.ollama.go.Digest;
import standin.ollama.go.GoJson;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.ModelBehavior;
import standin.ollama.model.ModelStore;
import standin.ollama.model.Weights;

/**
 * Replays every request recorded with a real Ollama and expects the recorded response, without exceptions. The models
 * are those of the recording.
 */
class RecordingsTest {
    private static final Path RECORDINGS = Path.of("src/test/resources/ollama-0.33.0-rc2");

    /** Keys whose values differ each time or depend on the files of the recording machine. */
    private static final Set<String> VOLATILE = Set.of(
            "id",
            "call_id",
            "item_id",
            "request_id",
            "created",
            "created_at",
            "completed_at",
            "modified_at",
            "expires_at",
            "digest",
            "size",
            "size_vram",
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "input_tokens",
            "output_tokens",
            "version");

    /** Keys that hold the text of the model, which may be split in any way. */
    private static final Set<String> GENERATED = Set.of(
            "content",
            "reasoning",
            "text",
            "delta",
            "arguments",
            "thinking",
            "partial_json",
            "input",
            "encrypted_content",
            "template",
            "modelfile");

    @TempDir
    private Path directory;

    static List<String> recordings() throws IOException {
        try (Stream<Path> files = Files.list(RECORDINGS)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    /** Returns the recorded models, the newest first. Several share their weights. */
    private static List<CatalogueModel> models(boolean repeating) {
        ModelBehavior greeting = ModelBehavior.DEFAULT.answering(List.of("Hello", " there", "."));
        Weights small = new Weights(Digest.of("weights"), "llama", "666K", "unknown", 131_072, 512);
        List<String> repetition = new ArrayList<>(List.of("{", "\"", "a", "\":\""));
        repetition.addAll(Collections.nCopies(40, "}"));
        CatalogueModel tiny = model("tiny", 2_675_505, small, greeting.callingTools(), "completion", "tools");
        return List.of(
                model("notools", 2_674_790, small, greeting, "completion"),
                model(
                        "slow",
                        168_715_386,
                        new Weights(Digest.of("slow"), "llama", "84.34M", "F16", 131_072, 512),
                        greeting,
                        "completion",
                        "tools",
                        "thinking"),
                model(
                        "embed",
                        862_038,
                        new Weights(Digest.of("embed"), "bert", "214K", "unknown", 2_048, 64),
                        ModelBehavior.DEFAULT,
                        "embedding"),
                model("jinja", 2_675_224, small.withDigest(Digest.of("jinja")), greeting.withJinjaOnly(), "completion"),
                repeating ? tiny.answering(repetition) : tiny,
                model("think", 2_675_573, small, greeting, "completion", "tools", "thinking"));
    }

    private static CatalogueModel model(
            String name, long size, Weights weights, ModelBehavior behavior, String... capabilities) {
        return new CatalogueModel(name + ":latest", Digest.of(name), size, List.of(capabilities), weights, behavior);
    }

    private ModelServer server(String id) throws IOException {
        ModelStore store = ModelStore.open(directory);
        Instant written = Instant.parse("2026-11-28T02:06:40Z");
        for (CatalogueModel model : models(id.startsWith("chat-schema"))) {
            store.add(model);
            Path manifest = directory.resolve(
                    "manifests/registry.ollama.ai/library/" + model.name().replace(":", "/"));
            Files.setLastModifiedTime(manifest, FileTime.from(written));
            written = written.minusSeconds(1);
        }
        ModelServer server = Servers.empty(
                directory,
                id.startsWith("queue-full") ? "{\"busy503Times\": 1}" : "{}",
                "OLLAMA_NO_CLOUD=1",
                "OLLAMA_KEEP_ALIVE=-1",
                "OLLAMA_CONTEXT_LENGTH=65536");
        if (id.equals("ps")) {
            for (String load : List.of("generate jinja 1h", "generate tiny 2h", "embed embed 3h")) {
                String[] words = load.split(" ");
                String body = "{\"model\":\"" + words[1] + "\",\"keep_alive\":\"" + words[2] + "\"}";
                assertThat(Client.post(server, "/api/" + words[0], body).status())
                        .isEqualTo(200);
            }
        }
        return server;
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void aRequestGetsItsRecordedResponse(String file) throws IOException {
        JsonNode recording = GoJson.MAPPER.readTree(RECORDINGS.resolve(file).toFile());
        String expected = normal(recorded(recording.path("answer")));
        String seen;
        try (ModelServer server = server(recording.path("id").asText())) {
            seen = normal(response(server, recording.path("request")));
        }
        assertThat(seen).isEqualTo(expected);
    }

    private record Response(int status, Map<String, String> headers, String body) {}

    private static Response recorded(JsonNode response) {
        Map<String, String> headers = new TreeMap<>();
        response.path("headers")
                .forEach(header -> headers.merge(
                        header.path(0).asText().toLowerCase(Locale.ROOT),
                        header.path(1).asText(),
                        (one, other) -> one + ", " + other));
        return new Response(
                response.path("status").asInt(), headers, response.path("body").asText());
    }

    private static Response response(ModelServer server, JsonNode request) throws IOException {
        byte[] body = request.has("json")
                ? GoJson.MAPPER.writeValueAsBytes(request.path("json"))
                : request.has("bodyBase64")
                        ? Base64.getDecoder().decode(request.path("bodyBase64").asText())
                        : request.path("body").asText().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(
                request.path("method").asText() + " " + request.path("target").asText() + " HTTP/"
                        + request.path("http").asText() + "\r\n");
        request.path("headers")
                .forEach(header -> head.append(header.path(0).asText())
                        .append(": ")
                        .append(header.path(1).asText())
                        .append("\r\n"));
        head.append("Connection: close\r\n");
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(body);
            return parsed(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        }
    }

    private static Response parsed(String response) {
        String text = response.replaceFirst("^HTTP/1.1 100 Continue\r\n\r\n", "");
        int end = text.indexOf("\r\n\r\n");
        List<String> lines = text.substring(0, end).lines().toList();
        Map<String, String> headers = new TreeMap<>();
        lines.stream()
                .skip(1)
                .forEach(line -> headers.merge(
                        line.replaceFirst(":.*", "").toLowerCase(Locale.ROOT),
                        line.replaceFirst("[^:]*: *", ""),
                        (one, other) -> one + ", " + other));
        String rest = text.substring(end + 4);
        String body = headers.getOrDefault("transfer-encoding", "").equals("chunked") ? unchunked(rest) : rest;
        return new Response(
                Integer.parseInt(lines.get(0).replaceFirst("[^ ]* ", "").replaceFirst(" .*", "")),
                headers,
                new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    private static String unchunked(String chunks) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", at);
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            if (size == 0) {
                return whole.toString(StandardCharsets.ISO_8859_1);
            }
            whole.writeBytes(chunks.substring(line + 2, line + 2 + size).getBytes(StandardCharsets.ISO_8859_1));
            at = line + 2 + size + 2;
        }
    }

    /** Normalizes a response. Headers that depend only on the length are not compared. */
    private static String normal(Response response) {
        Map<String, String> headers = new TreeMap<>(response.headers());
        List.of("date", "connection", "content-length", "transfer-encoding").forEach(headers::remove);
        return response.status() + "\n" + headers + "\n" + normal(response.body());
    }

    /** Keeps only the first of equal consecutive events, and drops the events that a recording cut. */
    private static String normal(String body) {
        List<String> events = new ArrayList<>();
        for (String event : List.of(body.split("\n\n", -1))) {
            if (event.contains(" …[cut]… ")) {
                continue;
            }
            String normal = Stream.of(event.split("\n", -1))
                    .map(line -> line.startsWith("data: {") ? "data: " + json(line.substring(6)) : json(line))
                    .reduce((one, other) -> one + "\n" + other)
                    .orElse("");
            if (events.isEmpty() || !events.get(events.size() - 1).equals(normal)) {
                events.add(normal);
            }
        }
        return String.join("\n\n", events);
    }

    private static String json(String line) {
        if (!line.startsWith("{")) {
            return line;
        }
        try {
            return GoJson.write(masked(GoJson.MAPPER.readTree(line)));
        } catch (JsonProcessingException e) {
            return line;
        }
    }

    private static JsonNode masked(JsonNode node) {
        if (node instanceof ArrayNode array) {
            List<JsonNode> elements = new ArrayList<>();
            array.forEach(element -> elements.add(masked(element)));
            return GoJson.array(elements);
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode masked = GoJson.object();
        object.properties().forEach(field -> {
            String key = field.getKey();
            JsonNode value = field.getValue();
            if (VOLATILE.contains(key) && !value.isNull()) {
                masked.put(key, "volatile");
            } else if (GENERATED.contains(key)
                    && value.isTextual()
                    && !value.asText().isEmpty()) {
                masked.put(key, "generated");
            } else if (key.equals("input") || key.equals("sequence_number")) {
                masked.put(key, "depends on the generated text");
            } else {
                masked.set(key, masked(value));
            }
        });
        return masked;
    }
}
