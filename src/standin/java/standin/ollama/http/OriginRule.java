package standin.ollama.http;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Decides which web pages may call the server: the built-in origins and those in {@code OLLAMA_ORIGINS}. */
public final class OriginRule {
    private static final List<String> BUILT_IN = Stream.concat(
                    Stream.of("localhost", "127.0.0.1", "0.0.0.0")
                            .flatMap(host -> Stream.of(
                                    "http://" + host,
                                    "https://" + host,
                                    "http://" + host + ":*",
                                    "https://" + host + ":*")),
                    Stream.of("app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*"))
            .toList();
    private static final List<String> SCHEMES = List.of(
            "http://",
            "https://",
            "chrome-extension://",
            "safari-extension://",
            "moz-extension://",
            "ms-browser-extension://");

    private final List<String> patterns = new ArrayList<>(BUILT_IN);

    /** @throws IllegalArgumentException for an entry on which Ollama panics */
    public OriginRule(List<String> more) {
        for (String pattern : more) {
            long stars = pattern.chars().filter(c -> c == '*').count();
            if (stars > 1) {
                throw new IllegalArgumentException("only one * is allowed");
            }
            if (stars == 0 && SCHEMES.stream().noneMatch(pattern::startsWith)) {
                throw new IllegalArgumentException(
                        "bad origin: origins must contain '*' or include " + String.join(",", SCHEMES));
            }
            patterns.add(pattern);
        }
    }

    /** @param host Host header; a page served under this host is same-origin */
    static boolean sameOrigin(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }

    boolean allows(String origin) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, origin));
    }

    private static boolean matches(String pattern, String origin) {
        int star = pattern.indexOf('*');
        return star < 0
                ? pattern.equals(origin)
                : origin.length() >= pattern.length() - 1
                        && origin.startsWith(pattern.substring(0, star))
                        && origin.endsWith(pattern.substring(star + 1));
    }
}
