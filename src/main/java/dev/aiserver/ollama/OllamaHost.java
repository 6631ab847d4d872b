package dev.aiserver.ollama;

import dev.aiserver.value.Ipv4;
import dev.aiserver.value.Port;

/**
 * The address on which Ollama listens, from its variable {@code OLLAMA_HOST}.
 *
 * @param host empty for every address, as in {@code :11434}
 */
public record OllamaHost(String host, int port) {
    public static final String VARIABLE = "OLLAMA_HOST";

    private static final int DEFAULT_PORT = 11434;

    /** @param value the variable's value; empty means the default, 127.0.0.1 */
    public static OllamaHost parse(String value) {
        String text = value.strip().replaceAll("^[\"']|[\"']$", "");
        int port = text.startsWith("http://") ? 80 : text.startsWith("https://") ? 443 : DEFAULT_PORT;
        String authority = text.replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "");
        if (authority.isEmpty()) {
            return new OllamaHost("127.0.0.1", port);
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (authority.indexOf(':') == colon || authority.charAt(colon - 1) == ']');
        String host = (hasPort ? authority.substring(0, colon) : authority).replaceAll("^\\[|]$", "");
        return new OllamaHost(host, hasPort ? port(authority.substring(colon + 1), port) : port);
    }

    /** Accepts 0 too, as Ollama does. */
    private static int port(String text, int defaultPort) {
        return text.matches("0{1,5}") ? 0 : Port.parse(text).orElse(defaultPort);
    }

    /** Returns whether only the machine itself can connect. */
    public boolean isLoopback() {
        return host.equals("localhost")
                || Ipv4.parse(host).filter(Ipv4::isLoopback).isPresent()
                || host.equals("::1");
    }

    @Override
    public String toString() {
        String shown = host.isEmpty() ? "*" : host.contains(":") ? "[" + host + "]" : host;
        return shown + ":" + port;
    }
}
