package dev.aiserver.net;

import dev.aiserver.spec.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Generates requests that must not reach Ollama when only certain endpoints are open: other routes, other methods, and
 * other spellings of paths, as an attacker would try them. None does harm if it does arrive: each names a model that
 * does not exist.
 */
public final class ForbiddenRequests {
    public static final String NO_MODEL = "aiserver-verify-does-not-exist";

    private static final String BODY =
            "{\"model\":\"%1$s\",\"name\":\"%1$s\",\"source\":\"%1$s\",\"destination\":\"%1$s\"}".formatted(NO_MODEL);

    /**
     * Routes of any version of Ollama, of its engine, of a debug build, of OpenAI's API and of other services. {@code
     * POST /api/signout} and {@code DELETE /api/user/keys/…} are left out: they sign the owner out whatever the body
     * contains.
     */
    private static final List<String> ROUTES = List.of(
            "GET /",
            "HEAD /",
            "HEAD /api/version",
            "HEAD /api/tags",
            "GET /api/ps",
            "GET /api/status",
            "GET /api/signout",
            "GET /api/experimental/model-recommendations",
            "GET /api/experimental/aliases",
            "POST /api/experimental/aliases",
            "DELETE /api/experimental/aliases",
            "HEAD /api/hello",
            "GET /api/hello",
            "HEAD /api/blobs/sha256:" + "0".repeat(64),
            "POST /api/blobs/sha256:" + "0".repeat(64),
            "POST /api/me",
            "POST /api/pull",
            "POST /api/push",
            "POST /api/create",
            "POST /api/copy",
            "POST /api/generate",
            "POST /api/chat",
            "POST /api/embed",
            "POST /api/embeddings",
            "POST /api/experimental/web_search",
            "POST /api/experimental/web_fetch",
            "POST /v1/completions",
            "POST /v1/embeddings",
            "POST /api/web_search",
            "POST /api/web_fetch",
            "GET /api/codex/models",
            "POST /api/codex/responses",
            "POST /api/rerank",
            "POST /api/tokenize",
            "POST /api/detokenize",
            "POST /v1/audio/transcriptions",
            "POST /v1/audio/translations",
            "POST /v1/audio/speech",
            "POST /v1/images/generations",
            "POST /v1/images/edits",
            "POST /v1/images/variations",
            "POST /v1/chat/completions/input_tokens",
            "POST /v1/messages/count_tokens",
            "POST /v1/messages/batches",
            "POST /v1/responses/compact",
            "POST /v1/responses/input_tokens",
            "GET /v1/responses/resp_1",
            "DELETE /v1/responses/resp_1",
            "POST /v1/rerank",
            "POST /v1/moderations",
            "POST /v1/files",
            "GET /v1/realtime",
            "GET /v1/systemone",
            "POST /v1/systemone",
            "DELETE /api/delete",
            "GET /api",
            "GET /v1",
            "GET /debug/pprof/",
            "GET /debug/pprof/cmdline",
            "GET /debug/vars",
            "GET /health",
            "GET /metrics",
            "GET /props",
            "POST /props",
            "GET /slots",
            "POST /slots/0",
            "POST /completion",
            "POST /infill",
            "POST /tokenize",
            "POST /detokenize",
            "POST /apply-template",
            "POST /rerank",
            "GET /lora-adapters",
            "GET /_ollama/health",
            "GET /stats",
            "GET /.well-known/security.txt");

    private static final List<String> METHODS = List.of(
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "get", "post");

    /** Spellings that either only a proxy's filter or only the server behind it may read as the path {@code %s}. */
    private static final List<String> SPELLINGS = List.of(
            "%sX",
            "%s/",
            "%s//",
            "%s/.",
            "%s/x",
            "%s/..",
            "%s;x=1",
            "%s%%20",
            "%s%%00",
            "%s%%0d%%0a",
            "%s%%2f",
            "%s%%3f",
            "%s%%23",
            "%s.",
            "%s.json",
            "%s&x=1",
            "%s\\",
            "/%s",
            "/.%s",
            "/%%2e%s",
            "/x/..%s",
            "/x/%%2e%%2e%s",
            "//127.0.0.1%s");

    /** Paths that start at an open path {@code %s} and lead to a route that is not open. */
    private static final List<String> DETOURS = List.of(
            "%s/../../../api/delete",
            "%s/../../api/delete",
            "%s/%%2e%%2e/%%2e%%2e/api/delete",
            "%s/..%%2f..%%2fapi%%2fdelete",
            "%s/..%%252f..%%252fapi%%252fdelete",
            "%s/..\\..\\api\\delete",
            "%s/..;/..;/api/delete",
            "%s%%00/../../api/delete");

    /** A pattern for what an open endpoint may read as a model's name; too wide rather than too narrow. */
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:@-]*");

    private ForbiddenRequests() {}

    /**
     * Returns requests that none of the open endpoints allows, without duplicates. All are well-formed HTTP, so a proxy
     * that rejects them applies its rules, not a syntax check.
     *
     * @param host for the Host header: a name of the server
     */
    public static List<RawHttpRequest> outside(List<Endpoint> open, String host) {
        return grouped(open, host).values().stream().flatMap(List::stream).toList();
    }

    /**
     * Returns the requests of {@link #outside} in groups: {@code route.} and {@code method.} with one request each,
     * {@code spelling.} with all spellings of one endpoint, {@code detour.} with all paths that leave one path. The
     * names are stable.
     */
    public static Map<String, List<RawHttpRequest>> grouped(List<Endpoint> open, String host) {
        Map<String, List<String>> requests = new LinkedHashMap<>();
        ROUTES.forEach(route -> requests.put("route." + route.replace(" ", ":"), List.of(route)));
        for (Endpoint endpoint : open) {
            String path = endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
            METHODS.forEach(
                    method -> requests.put("method." + method + ":" + endpoint.path(), List.of(method + " " + path)));
        }
        for (Endpoint endpoint : open) {
            String path = endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
            requests.put(
                    "spelling." + endpoint.method() + ":" + endpoint.path(), respell(endpoint.method(), path, host));
        }
        requests.put("spelling.DELETE:/api/delete", respell("DELETE", "/api/delete", host));
        for (Endpoint endpoint : open) {
            String path = endpoint.path().replace(Endpoint.MODEL, NO_MODEL);
            requests.put(
                    "detour." + endpoint.path(),
                    DETOURS.stream()
                            .map(detour -> "DELETE " + detour.formatted(path))
                            .toList());
        }
        Set<String> seen = new HashSet<>();
        Map<String, List<RawHttpRequest>> grouped = new LinkedHashMap<>();
        requests.forEach((name, lines) -> {
            List<RawHttpRequest> forbidden = lines.stream()
                    .filter(seen::add)
                    .map(line -> line.split(" ", 2))
                    .filter(line -> open.stream().noneMatch(endpoint -> allows(endpoint, line[0], line[1])))
                    .map(line -> request(line[0], line[1], host))
                    .toList();
            if (!forbidden.isEmpty()) {
                grouped.put(name, forbidden);
            }
        });
        return grouped;
    }

    /**
     * Returns requests that act on the account of Ollama's owner, grouped like {@link #grouped}. They are rejected even
     * when every endpoint is open. If one arrives, it changes nothing: Ollama has these routes for other methods only,
     * or relays a request that names no model.
     */
    public static Map<String, List<RawHttpRequest>> ownerOnly(String host) {
        Map<String, List<RawHttpRequest>> grouped = new LinkedHashMap<>();
        for (String path : List.of("/api/me", "/api/signout", "/api/user/keys/" + NO_MODEL, "/api/codex/" + NO_MODEL)) {
            grouped.put(
                    "owner." + path.replace("/" + NO_MODEL, ""),
                    ownersSpellings(path).stream()
                            .map(spelling -> request("GET", spelling, host))
                            .toList());
        }
        return grouped;
    }

    /**
     * Returns spellings that Ollama's router reads as this path: it decodes first, and redirects from paths that are
     * not clean.
     */
    private static List<String> ownersSpellings(String path) {
        String rest = path.substring("/api/".length());
        String first = "%%%02x".formatted((int) rest.charAt(0)) + rest.substring(1);
        return List.of(
                path,
                path + "/",
                path + "?x=1",
                "/api/" + first,
                "/%61pi/" + rest,
                "/api%2f" + rest,
                "/api%2F" + first,
                "//api/" + rest,
                "/api//" + rest,
                "/api/./" + rest,
                "/x/../api/" + rest,
                "/api/x/%2e%2e/" + rest,
                "/api/x%2f..%2f" + rest);
    }

    private static List<String> respell(String method, String path, String host) {
        return spellings(path, host).map(spelling -> method + " " + spelling).toList();
    }

    private static Stream<String> spellings(String path, String host) {
        String last = path.substring(path.length() - 1);
        String encoded = path.substring(0, path.length() - 1) + "%%%02x".formatted((int) last.charAt(0));
        return Stream.concat(
                SPELLINGS.stream().map(spelling -> spelling.formatted(path)),
                Stream.of(
                        "http://" + host + path,
                        path.toUpperCase(Locale.ROOT),
                        path.replace("/", "//"),
                        path.replace("/", "/./"),
                        "/" + path.substring(1).replace("/", "%2f"),
                        "/" + path.substring(1).replace("/", "%5c"),
                        "/" + path.substring(1).replace("/", "\\"),
                        encoded,
                        encoded.replace("%", "%25")));
    }

    private static boolean allows(Endpoint endpoint, String method, String target) {
        if (!endpoint.method().equals(method)) {
            return false;
        }
        String before = endpoint.path().replace(Endpoint.MODEL, "");
        return endpoint.namesModel()
                ? target.startsWith(before)
                        && MODEL.matcher(target.substring(before.length())).matches()
                : target.equals(before);
    }

    private static RawHttpRequest request(String method, String target, String host) {
        RawHttpRequest request = RawHttpRequest.of(method, target, host);
        return switch (method.toUpperCase(Locale.ROOT)) {
            case "POST", "PUT", "PATCH", "DELETE" ->
                request.header("Content-Type", "application/json").withBody(BODY.getBytes(StandardCharsets.UTF_8));
            default -> request;
        };
    }
}
