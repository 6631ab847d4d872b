package dev.aiserver.report;

import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;

/** Holds verdicts to write reports about. */
final class Verdicts {
    static final HtmlReport.About ABOUT = new HtmlReport.About(
            "remote-ollama",
            "http://remote-ollama:11434",
            ZonedDateTime.of(2026, 3, 14, 9, 26, 53, 0, ZoneId.of("UTC")),
            "0.1.0");

    private static final String INSTALL = "run \"aiserver install\" to rewrite haproxy.cfg";

    /** Has every outcome, one fix for two checks, and a user name and a key in the evidence. */
    static final List<Verdict> FINDINGS = List.of(
            verdict("services.com.ollama", "com.ollama is loaded and running", passed("pid 2171, started 1 time(s)")),
            verdict(
                    "services.files",
                    "the installed files are unchanged",
                    new Outcome.Failed(
                            "/Users/ann/.haproxy/haproxy.cfg was edited",
                            "see \"aiserver install --dry-run\", then run \"aiserver install\"")),
            verdict(
                    "bindings.ollama",
                    "Ollama listens on loopback only",
                    passed("ollama (pid 2171) of ann on 127.0.0.1:11434")),
            verdict(
                    "bindings.haproxy",
                    "HAProxy listens on its one address only",
                    new Outcome.Failed("haproxy (pid 2292) on *:11434", INSTALL)),
            verdict(
                    "name.unknown",
                    "rejects every other host name (DNS rebinding)",
                    new Outcome.Failed(
                            "Host: rebinding.example gets 200 {\"models\":[{\"name\":\"qwen3-coder:latest\"}]}",
                            INSTALL)),
            verdict(
                    "endpoint.POST:/v1/messages",
                    "POST /v1/messages reaches Ollama",
                    new Outcome.Inconclusive("no answer: Read timed out; the log of com.haproxy says why")),
            verdict(
                    "blocked.requests",
                    "the proxy blocks every other route, method and spelling",
                    new Outcome.Skipped(
                            "proxy.endpoints says \"all\": clients may also delete, pull and push models; use [strict] to block")),
            verdict(
                    "privacy.cloud",
                    "cloud models are off: nothing leaves this machine",
                    new Outcome.Failed(
                            "401 {\"error\":\"unauthorized\",\"signin_url\":\"https://ollama.com/connect?name=mac&key=c3NoLWVkMjU1MTk\"}",
                            "set OLLAMA_NO_CLOUD to \"1\" in aiserver.yaml, and run \"aiserver install\"")),
            verdict(
                    "headless.sleep",
                    "the machine does not go to sleep",
                    new Outcome.Warned("it sleeps after 10 minutes", "run \"sudo pmset -a sleep 0\"")));

    private Verdicts() {}

    static Verdict verdict(String id, String claim, Outcome outcome) {
        return new Verdict(id, claim, outcome, Duration.ofMillis(7));
    }

    static Outcome passed(String evidence) {
        return new Outcome.Passed(evidence);
    }
}
