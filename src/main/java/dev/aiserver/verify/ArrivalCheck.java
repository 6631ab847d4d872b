package dev.aiserver.verify;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Checks by Ollama's own log that no forbidden request arrived, because the proxy's responses alone do not prove it.
 */
final class ArrivalCheck {
    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final int SHOWN = 3;

    static final Check CHECK = Check.onServer(
                    "blocked.arrivals",
                    "no forbidden request is in Ollama's log",
                    OllamaLog::query,
                    (context, server, log) -> prove(context, log))
            .with(Check.Trait.ALONE);

    private ArrivalCheck() {}

    private static Outcome prove(VerifyContext context, OllamaLog log) throws IOException {
        if (context.client().proxy().unfiltered()) {
            return new Outcome.Skipped("proxy.endpoints is \"all\", so nothing is forbidden");
        }
        String control = context.nonce() + "&allowed-last";
        RawHttpResponse forbidden =
                context.send(RawHttpRequest.get("/api/status", context.host()).withQuery(context.nonce()));
        // This request is sent last: once its line is in the log, the lines of all earlier requests are there too.
        LivenessRequest liveness = context.client().livenessRequest();
        RawHttpResponse allowed = context.send(liveness.request(context.host()).withQuery(control));
        Duration limit = liveness.isAnsweredBy(allowed) ? LIMIT : Duration.ZERO;
        List<String> lines = log.await(context.nonce(), control, limit);
        if (lines.stream().noneMatch(line -> line.contains(control))) {
            return OllamaLog.inconclusive(allowed);
        }
        List<String> arrived = lines.stream()
                .filter(line -> !line.contains(context.nonce() + "&allowed"))
                .map(line -> line.substring(line.lastIndexOf('|') + 1).strip())
                .map(line -> line.replace("?" + context.nonce(), "").replace("&hidden-by-", ", smuggled by "))
                .toList();
        return new Assertions()
                .require(
                        arrived.isEmpty(),
                        arrived.size() + " forbidden requests arrived: "
                                + arrived.stream().limit(SHOWN).toList())
                .outcome(
                        "the log has the allowed request, but not the request that returned " + forbidden.status(),
                        ForbiddenChecks.FIX);
    }
}
