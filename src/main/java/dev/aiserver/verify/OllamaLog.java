package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Prefetch;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.service.PropertyList;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lines that Ollama writes when it has answered a request: {@code [GIN] time | status | duration | client | method
 * "path?query"}, on one of its two outputs.
 */
final class OllamaLog {
    private static final String NEWEST_BYTES = "4000000";
    private static final Poller PATIENCE = new Poller(Duration.ofMillis(20));

    private final ServerHost server;

    OllamaLog(ServerHost server) {
        this.server = server;
    }

    /** All lines about requests that carry this text. */
    private List<String> lines(String text) {
        PropertyList plist = server.propertyList(ServerHost.OLLAMA);
        List<Command> tails = Stream.of("StandardOutPath", "StandardErrorPath")
                .map(plist::value)
                .filter(path -> !path.isEmpty())
                .distinct()
                .map(path -> Command.of("tail", "-c", NEWEST_BYTES, path))
                .toList();
        Host now = server.anew(Prefetch.ofCommands(tails)).host();
        return tails.stream()
                .map(now::run)
                .filter(CommandResult::succeeded)
                .flatMap(tail -> tail.text().lines())
                .filter(line -> line.startsWith("[GIN]") && line.contains(text))
                .toList();
    }

    /** The first line about a request that carries this text, if it comes within the time. */
    Optional<String> await(String text, Duration limit) {
        return await(text, text, limit).stream().findFirst();
    }

    /**
     * Why a line that did not come proves nothing: that of a request which Ollama answers does not come either. Empty when
     * it comes.
     */
    Optional<Outcome> deaf(VerifyContext subject, Duration limit) throws IOException {
        String control = subject.nonce() + "&allowed-control";
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse answer = subject.send(knock.call(subject.host()).withQuery(control));
        return knock.isAnsweredBy(answer) && await(control, limit).isPresent()
                ? Optional.empty()
                : Optional.of(provesNothing(answer));
    }

    /** @param allowed what a request got that is not in the log either */
    static Outcome provesNothing(RawHttpResponse allowed) {
        return new Outcome.Inconclusive("an allowed request (" + allowed.status()
                + ") is not in Ollama's log either, so that the log proves nothing; see services.logs");
    }

    /**
     * All lines about requests that carry this text, when one of them carries the other text too, or when the time is
     * over.
     */
    List<String> await(String text, String last, Duration limit) {
        List<String> seen = new ArrayList<>();
        PATIENCE.await(limit, () -> {
            seen.clear();
            seen.addAll(lines(text));
            return seen.stream().anyMatch(line -> line.contains(last));
        });
        return seen;
    }
}
