package dev.aiserver.ollama;

/**
 * Where Ollama listens by what its variable {@code OLLAMA_HOST} says.
 *
 * @param host empty for every address, which a mere {@code :11434} means too
 */
public record OllamaHost(String host, int port) {
    private static final int USUAL_PORT = 11434;

    /** @param value as it stands in the environment; empty for the usual 127.0.0.1 */
    public static OllamaHost parse(String value) {
        String text = value.strip().replaceAll("^[\"']|[\"']$", "");
        int port = text.startsWith("http://") ? 80 : text.startsWith("https://") ? 443 : USUAL_PORT;
        String authority = text.replaceFirst("^[a-z]+://", "").replaceFirst("/.*", "");
        if (authority.isEmpty()) {
            return new OllamaHost("127.0.0.1", port);
        }
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon >= 0 && (authority.indexOf(':') == colon || authority.charAt(colon - 1) == ']');
        String host = (hasPort ? authority.substring(0, colon) : authority).replaceAll("^\\[|]$", "");
        return new OllamaHost(host, hasPort ? port(authority.substring(colon + 1), port) : port);
    }

    private static int port(String text, int otherwise) {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
        return port < 0 || port > 65535 ? otherwise : port;
    }

    /** Whether only the machine itself can connect. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("::1");
    }

    @Override
    public String toString() {
        String shown = host.isEmpty() ? "*" : host.contains(":") ? "[" + host + "]" : host;
        return shown + ":" + port;
    }
}
