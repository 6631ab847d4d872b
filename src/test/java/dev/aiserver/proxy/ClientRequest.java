package dev.aiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.rehearsal.model.RequestHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request as a client's SDK sent it, kept in {@code src/test/resources/clients}. {@code -Dgolden.update=true} writes
 * them anew from what the SDKs send now, to be read as a diff.
 *
 * @param headers those that say what the client wants; not those of the connection, of the proxy, or of the machine
 * @param body JSON, whose null stands for no body
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

    /** @throws IOException when the body is no JSON */
    static ClientRequest of(RequestHistory.Entry entry) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        HEADERS.forEach(name -> entry.header(name).ifPresent(value -> headers.put(name, value)));
        // A call of a tool has another name each time.
        String body = entry.text().replaceAll("call_[0-9a-f]{8}", "call_00000000");
        return new ClientRequest(
                entry.method(), entry.target(), headers, JSON.readTree(body.isEmpty() ? "null" : body));
    }

    /** Demands that a client sends what is on record, or puts it on record. */
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

    RawHttpRequest call(String host) {
        RawHttpRequest call = RawHttpRequest.of(method, target, host);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            call = call.header(header.getKey(), header.getValue());
        }
        return body.isNull() ? call : call.withBody(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
