package dev.aiserver.ollama;

/**
 * The address on which Ollama listens, from its variable {@code OLLAMA_HOST}.
 *
 * @param host empty for every address, as in {@code :11434}
 */
public record OllamaHost(String host, int port) {
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

    private static int port(String text, int defaultPort) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        return port < 0 || port > 65535 ? defaultPort : port;
    }

    /** Returns whether only the machine itself can connect. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("::1");
    }

    @Override
    public String toString() {
        String shown = host.isEmpty() ? "*" : host.contains(":") ? "[" + host + "]" : host;
        return shown + ":" + port;
    }
}
