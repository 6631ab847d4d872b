package dev.aiserver.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.ResponseLines;
import dev.aiserver.server.Installation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/** Requests one token from a model as a client does: through the proxy, with the host name that clients use. */
public final class TokenProbe {
    private static final JsonMapper JSON = JsonLimits.mapper().build();
    private static final Duration FIRST_TOKEN = Duration.ofMinutes(2);
    private static final int DATA = "data:".length();

    private final RawHttpClient proxy;
    private final String clientHost;
    private final Duration limit;

    /**
     * @param clientHost name and port, as clients write them
     * @param limit for the first token
     */
    public TokenProbe(InetSocketAddress proxy, String clientHost, Duration limit) {
        this.proxy = new RawHttpClient(proxy, limit);
        this.clientHost = clientHost;
        this.limit = limit;
    }

    /** Returns the probe of an installed server. */
    public static TokenProbe of(Installation installation) {
        int port = installation.spec().proxy().port();
        return new TokenProbe(
                new InetSocketAddress(installation.receipt().address(), port),
                installation.spec().name() + ":" + port,
                FIRST_TOKEN);
    }

    /**
     * The time to the first token, in milliseconds.
     *
     * @param cold for the first request after the load
     * @param warm for the next request
     */
    public record Latency(long cold, long warm) {}

    /** @throws IOException with the reason if no token arrives */
    public Latency ask(String model) throws IOException {
        return new Latency(firstToken(model), firstToken(model));
    }

    /**
     * Returns whether an event contains a part of the answer. Events with only a role, an empty text or a finish reason do
     * not; they also appear in a stream without any text.
     */
    private static boolean isToken(String line) throws IOException {
        if (!line.startsWith("data:") || line.substring(DATA).isBlank() || line.contains("[DONE]")) {
            return false;
        }
        JsonNode event;
        try {
            event = JSON.readTree(line.substring(DATA));
        } catch (JsonProcessingException e) {
            throw new IOException("the stream contains an event that is not JSON", e);
        }
        if (event.has("error")) {
            JsonNode error = event.path("error");
            throw new IOException("the stream contains an error: "
                    + (error.isTextual() ? error : error.path("message")).asText(error.toString()));
        }
        JsonNode delta = event.at("/choices/0/delta");
        return !delta.path("content").asText("").isEmpty()
                || !delta.path("reasoning").asText("").isEmpty()
                || !delta.path("tool_calls").isEmpty();
    }

    private long firstToken(String model) throws IOException {
        String body = JSON.writeValueAsString(
                Map.of("model", model, "stream", true, "max_tokens", 1, "messages", new Object[] {
                    Map.of("role", "user", "content", "Hello")
                }));
        long start = System.nanoTime();
        try (HttpExchange exchange = proxy.open(RawHttpRequest.post("/v1/chat/completions", clientHost, body))) {
            ResponseLines lines = exchange.lines();
            String line = lines.next();
            if (exchange.status() != 200) {
                throw new IOException(
                        "the proxy answers " + exchange.status() + ": " + FirstLine.of(String.valueOf(line)));
            }
            while (line != null && !isToken(line)) {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw new IOException("no token arrived within " + limit.toSeconds() + " s");
                }
                line = lines.next();
            }
            if (line == null) {
                throw new IOException("the answer ended without a token");
            }
            return Duration.ofNanos(System.nanoTime() - start).toMillis();
        }
    }
}
