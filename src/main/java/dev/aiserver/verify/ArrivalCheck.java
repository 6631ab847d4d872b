package dev.aiserver.verify;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** That no forbidden request arrived, by the model server's own log: the proxy's answers alone could be made up. */
final class ArrivalCheck {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final int SHOWN = 3;

    static final Check CHECK = Check.onServer(
                    "blocked.arrivals", "none of the forbidden requests is in Ollama's log", ArrivalCheck::prove)
            .with(Check.Trait.ALONE);

    private ArrivalCheck() {}

    private static Outcome prove(VerifyContext subject, ServerHost server) throws IOException {
        if (subject.client().proxy().unfiltered()) {
            return new Outcome.Skipped("proxy.endpoints says \"all\": nothing is forbidden");
        }
        String control = subject.nonce() + "&allowed-last";
        RawHttpResponse forbidden =
                subject.send(RawHttpRequest.get("/api/status", subject.host()).withQuery(subject.nonce()));
        // Sent last, so that the line of any other that arrived stands there by then.
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse allowed = subject.send(knock.call(subject.host()).withQuery(control));
        Duration limit = knock.isAnsweredBy(allowed) ? LIMIT : Duration.ZERO;
        List<String> lines = new OllamaLog(server).await(subject.nonce(), control, limit);
        if (lines.stream().noneMatch(line -> line.contains(control))) {
            return OllamaLog.provesNothing(allowed);
        }
        List<String> arrived = lines.stream()
                .filter(line -> !line.contains(subject.nonce() + "&allowed"))
                .map(line -> line.substring(line.lastIndexOf('|') + 1).strip())
                .map(line -> line.replace("?" + subject.nonce(), "").replace("&hidden-by-", ", hidden by "))
                .toList();
        return new Assertions()
                .demand(
                        arrived.isEmpty(),
                        arrived.size() + " arrived: "
                                + arrived.stream().limit(SHOWN).toList())
                .outcome(
                        "the allowed one is, and the one that got " + forbidden.status() + " is not",
                        ForbiddenChecks.FIX);
    }
}
