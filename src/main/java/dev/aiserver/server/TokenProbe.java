package dev.aiserver.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.net.HttpCall;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.HttpProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks a model for one token as a client does: through the proxy, by the name that clients use. */
public final class TokenProbe {
    private final HttpProbe proxy;
    private final String clientHost;

    /**
     * @param clientHost name and port, as clients write them
     * @param limit for the first token
     */
    public TokenProbe(InetSocketAddress proxy, String clientHost, Duration limit) {
        this.proxy = new HttpProbe(proxy, limit);
        this.clientHost = clientHost;
    }

    /**
     * How long the first token took, in milliseconds.
     *
     * @param cold of the first request after the load
     * @param warm of the next one
     */
    public record Latency(long cold, long warm) {}

    /** {@link IOException} says in words why no token came. */
    public Latency ask(String model) throws IOException {
        return new Latency(firstToken(model), firstToken(model));
    }

    private long firstToken(String model) throws IOException {
        String body = JsonMapper.builder()
                .build()
                .writeValueAsString(Map.of("model", model, "stream", true, "max_tokens", 1, "messages", new Object[] {
                    Map.of("role", "user", "content", "Hello")
                }));
        long start = System.nanoTime();
        try (HttpExchange exchange = proxy.open(HttpCall.post("/v1/chat/completions", clientHost, body));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(exchange.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            if (exchange.status() != 200) {
                throw new IOException("it answers " + exchange.status() + ": " + line);
            }
            while (line != null && !line.startsWith("data: {")) {
                line = lines.readLine();
            }
            if (line == null) {
                throw new IOException("it ended without a token");
            }
            return Duration.ofNanos(System.nanoTime() - start).toMillis();
        }
    }
}
