package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the request lines in Ollama's log: {@code [GIN] time | status | duration | client | method "path?query"}.
 * Ollama writes each line after it has answered the request, on standard output or standard error.
 */
final class OllamaLog {
    private static final String NEWEST_BYTES = "4000000";
    private static final Poller POLLER = new Poller(Duration.ofMillis(20));

    private final Host host;
    private final List<Path> files;

    private OllamaLog(Host host, List<Path> files) {
        this.host = host;
        this.files = files;
    }

    /** Asks which files the log is in. */
    static Query<OllamaLog> query(ServerHost server) {
        return server.logs(Layout.OLLAMA).map(files -> new OllamaLog(server.host(), files));
    }

    /** Returns all lines of requests that contain this text. */
    private List<String> lines(String text) {
        List<CommandResult> tails = host.ask(Query.all(files.stream()
                .map(file -> Query.command(Command.of("tail", "-c", NEWEST_BYTES, file.toString())))
                .toList()));
        return tails.stream()
                .filter(CommandResult::succeeded)
                .flatMap(tail -> tail.text().lines())
                .filter(line -> line.startsWith("[GIN]") && line.contains(text))
                .toList();
    }

    /** Returns the first line of a request that contains this text, if it appears within the limit. */
    Optional<String> await(String text, Duration limit) {
        return await(text, text, limit).stream().findFirst();
    }

    /**
     * Returns an inconclusive outcome if the log is not being written: then a missing line proves nothing. Sends a
     * request that Ollama answers, and returns empty if its line appears.
     */
    Optional<Outcome> inconclusiveIfNotWritten(VerifyContext context, Duration limit) throws IOException {
        String control = context.nonce() + "&allowed-control";
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse response = context.send(liveness.request(context.host()).withQuery(control));
        return liveness.isAnsweredBy(response) && await(control, limit).isPresent()
                ? Optional.empty()
                : Optional.of(inconclusive(response));
    }

    /** @param allowed response to an allowed request that is not in the log either */
    static Outcome inconclusive(RawHttpResponse allowed) {
        return new Outcome.Inconclusive("an allowed request (" + allowed.status()
                + ") is not in Ollama's log either, so the log proves nothing; see services.logs");
    }

    /**
     * Waits until a line contains both texts, or until the limit, and returns all lines that contain the first text.
     */
    List<String> await(String text, String last, Duration limit) {
        List<String> seen = new ArrayList<>();
        POLLER.await(limit, () -> {
            seen.clear();
            seen.addAll(lines(text));
            return seen.stream().anyMatch(line -> line.contains(last));
        });
        return seen;
    }
}
