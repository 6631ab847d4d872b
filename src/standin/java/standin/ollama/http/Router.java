package standin.ollama.http;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import standin.ollama.go.ErrorFormat;

/** Holds the routing table and gin's rules for requests without a route. */
public record Router(List<Route> routes) {

    /** Handles the requests of a route. */
    public interface Handler {
        /** @param segment value of the pattern's {@code :segment}; empty without one */
        void handle(Exchange exchange, String segment) throws IOException;
    }

    /** @param pattern path whose last segment may be {@code :name}, which matches exactly one segment */
    public record Route(String method, String pattern, ErrorFormat errorFormat, Handler handler) {

        Optional<String> match(String path) {
            int colon = pattern.indexOf(':');
            if (colon < 0) {
                return pattern.equals(path) ? Optional.of("") : Optional.empty();
            }
            return Optional.of(path)
                    .filter(p -> p.length() > colon && p.startsWith(pattern.substring(0, colon)))
                    .map(p -> p.substring(colon))
                    .filter(segment -> segment.indexOf('/') < 0);
        }
    }

    /** Describes the result of routing a method and a path. */
    sealed interface Match {
        record Found(Route route, String segment) implements Match {}

        /** Means that the path without its trailing slash has a route. */
        record TrailingSlash() implements Match {}

        record WrongMethod(String allowed) implements Match {}

        record Unknown() implements Match {}
    }

    /** @param path decoded path: {@code /api%2ftags} is {@code /api/tags}, as in Ollama */
    Match find(String method, String path) {
        Optional<Match> found = routed(method, path);
        if (found.isPresent()) {
            return found.get();
        }
        if (path.length() > 1
                && path.endsWith("/")
                && routed(method, path.substring(0, path.length() - 1)).isPresent()) {
            return new Match.TrailingSlash();
        }
        // Gin has a tree for each method, and tries them in the order in which they were created.
        String allowed = routes.stream()
                .map(Route::method)
                .distinct()
                .filter(other -> routed(other, path).isPresent())
                .collect(Collectors.joining(", "));
        return allowed.isEmpty() ? new Match.Unknown() : new Match.WrongMethod(allowed);
    }

    private Optional<Match> routed(String method, String path) {
        return routes.stream()
                .filter(route -> route.method().equals(method))
                .flatMap(route -> route.match(path).<Match>map(segment -> new Match.Found(route, segment)).stream())
                .findFirst();
    }
}
