package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.net.RawHttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import standin.ollama.http.RequestHistory;

/**
 * A request as a client's SDK sent it, recorded in {@code src/test/resources/clients}. {@code -Dgolden.update=true}
 * records what the SDKs send now; review the diff.
 *
 * @param headers headers that state what the client wants, without those of the connection, the proxy or the machine
 * @param body JSON; null means no body
 */
public record ClientRequest(String method, String target, Map<String, String> headers, JsonNode body) {
    private static final Path FOLDER = Path.of("src/test/resources/clients");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> HEADERS = List.of(
            "accept",
            "accept-language",
            "anthropic-beta",
            "anthropic-version",
            "authorization",
            "content-type",
            "sec-fetch-mode",
            "x-api-key",
            "x-stainless-helper",
            "x-stainless-helper-method");

    /** @throws IOException if the body is not valid JSON */
    static ClientRequest of(RequestHistory.Entry entry) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        HEADERS.forEach(name -> entry.header(name).ifPresent(value -> headers.put(name, value)));
        // The ID of a tool call is different each time.
        String body = entry.text().replaceAll("call_[0-9a-f]{8}", "call_00000000");
        return new ClientRequest(
                entry.method(), entry.target(), headers, JSON.readTree(body.isEmpty() ? "null" : body));
    }

    /** Asserts that a client sends the recorded requests; with {@code golden.update}, records them. */
    public static void compare(String client, List<RequestHistory.Entry> entries) throws IOException {
        StringBuilder now = new StringBuilder("[");
        for (RequestHistory.Entry entry : entries) {
            now.append(now.length() == 1 ? "\n" : ",\n").append(JSON.writeValueAsString(of(entry)));
        }
        now.append("\n]\n");
        Path file = FOLDER.resolve(client + ".json");
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, now);
        }
        assertThat(now).hasToString(Files.readString(file));
    }

    static List<ClientRequest> recorded(String client) throws IOException {
        return JSON.readValue(FOLDER.resolve(client + ".json").toFile(), new TypeReference<>() {});
    }

    RawHttpRequest request(String host) {
        RawHttpRequest request = RawHttpRequest.of(method, target, host);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            request = request.header(header.getKey(), header.getValue());
        }
        return body.isNull() ? request : request.withBody(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
