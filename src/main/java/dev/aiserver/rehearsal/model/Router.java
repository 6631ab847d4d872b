package dev.aiserver.rehearsal.model;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The routing table and gin's rules for what is not in it. */
record Router(List<Route> routes) {

    /** What answers a route. */
    interface Handler {
        /** @param segment what stands in the place of the pattern's {@code :segment}, else empty */
        void handle(Exchange exchange, String segment) throws IOException;
    }

    /** @param pattern a path whose last segment may be {@code :name}, which takes exactly one segment */
    record Route(String method, String pattern, ErrorFormat shape, Handler handler) {

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

    /** What a method and a path lead to. */
    sealed interface Match {
        record Found(Route route, String segment) implements Match {}

        /** There is such a route without the slash at the end. */
        record Slash() implements Match {}

        record WrongMethod(String allowed) implements Match {}

        record Unknown() implements Match {}
    }

    /** @param path decoded: {@code /api%2ftags} is {@code /api/tags} here, as it is for Ollama */
    Match find(String method, String path) {
        Optional<Match> found = routed(method, path);
        if (found.isPresent()) {
            return found.get();
        }
        if (path.length() > 1
                && path.endsWith("/")
                && routed(method, path.substring(0, path.length() - 1)).isPresent()) {
            return new Match.Slash();
        }
        // Gin has a tree for each method, and asks them in the order in which the first routes made them.
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
