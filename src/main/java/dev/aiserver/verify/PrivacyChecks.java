package dev.aiserver.verify;

import dev.aiserver.host.FileState;
import dev.aiserver.host.Prefetch;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.service.Launchd;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.OllamaVariables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** That what is asked stays on the machine, and off its disk. */
final class PrivacyChecks {
    private static final String CLOUD_FIX =
            "leave OLLAMA_NO_CLOUD at 1 in the configuration, have Ollama 0.16.2 or newer, run \"aiserver install\"";
    /** Where Ollama looks for a cloud model before anything else. */
    private static final List<String> TO_THE_CLOUD = List.of(
            "/v1/chat/completions",
            "/v1/responses",
            "/v1/messages",
            "/v1/completions",
            "/v1/embeddings",
            "/api/chat",
            "/api/generate",
            "/api/embed",
            "/api/show");

    private static final String REQUEST_LOG = "OLLAMA_DEBUG_LOG_REQUESTS";

    private static final Outcome ALLOWED = new Outcome.Warned(
            "the configuration allows the cloud: what clients ask of a cloud model leaves this machine",
            "take OLLAMA_NO_CLOUD out of ollama.environment and run \"aiserver install\" to forbid it");

    private PrivacyChecks() {}

    /** What they will ask. */
    static Prefetch prefetch(Launchd launchd) {
        return launchd.sessionPrefetch(REQUEST_LOG);
    }

    static List<Check> all() {
        return List.of(
                Check.onServer("privacy.cloud-status", "Ollama says that its cloud is off", PrivacyChecks::cloudStatus),
                Check.of(
                        "privacy.cloud",
                        "cloud models are refused: no prompt leaves this machine",
                        PrivacyChecks::cloudModel),
                Check.onServer(
                        "privacy.origins",
                        "Ollama answers no web page that this machine's own browser shows",
                        PrivacyChecks::pages),
                Check.onServer(
                        "privacy.request-log",
                        "Ollama does not write requests to the disk",
                        (subject, server) -> requestLog(server)),
                Check.onServer(
                        "privacy.logs",
                        "no other user can write the logs, or take their names",
                        (subject, server) -> logs(server)));
    }

    private static Outcome cloudStatus(VerifyContext subject, ServerHost server) throws IOException {
        if (server.spec().allowsCloud()) {
            return ALLOWED;
        }
        RawHttpResponse status =
                subject.ollama(server).send(RawHttpRequest.get("/api/status", VerifyContext.ollamaHost(server)));
        boolean off = status.status() == 200
                && ProxyResponses.json(status).path("cloud").path("disabled").asBoolean();
        return new Assertions()
                .demand(off, "/api/status: " + ProxyResponses.shown(status))
                .outcome("/api/status says so", CLOUD_FIX);
    }

    /** A browser on the server reaches Ollama past the proxy. */
    private static Outcome pages(VerifyContext subject, ServerHost server) throws IOException {
        RawHttpResponse answer = subject.ollama(server)
                .send(RawHttpRequest.get("/api/version", VerifyContext.ollamaHost(server))
                        .header("Origin", ProxyResponses.FOREIGN_PAGE));
        return new Assertions()
                .demand(answer.status() == 403, "a foreign Origin gets " + ProxyResponses.shown(answer))
                .outcome(
                        "a foreign Origin gets 403",
                        "run \"aiserver install\": its property list must say OLLAMA_ORIGINS=http://127.0.0.1");
    }

    /** Through an open endpoint, a model named {@code x:cloud} would be asked at ollama.com. */
    private static Outcome cloudModel(VerifyContext subject) throws IOException {
        if (subject.server().filter(server -> server.spec().allowsCloud()).isPresent()) {
            return ALLOWED;
        }
        Optional<String> path = subject.client().firstOpen(TO_THE_CLOUD);
        if (path.isEmpty()) {
            return new Outcome.Skipped("no endpoint is open that could ask a cloud model");
        }
        RawHttpResponse answer = subject.send(RawHttpRequest.post(
                path.get(),
                subject.host(),
                "{\"model\":\"aiserver-verify:cloud\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                        + "\"input\":\"x\",\"prompt\":\"x\",\"max_tokens\":1}"));
        return new Assertions()
                .demand(
                        answer.status() == 403
                                && answer.text().contains("cloud")
                                && !ProxyResponses.isFromProxy(answer),
                        "a cloud model gets " + ProxyResponses.shown(answer))
                .outcome("a cloud model gets 403", CLOUD_FIX);
    }

    /** The property list wins over the session, and a job that is started has what the session has then. */
    private static Outcome requestLog(ServerHost server) {
        String own = server.propertyList(ServerHost.OLLAMA).value("EnvironmentVariables." + REQUEST_LOG);
        if (!own.isEmpty()) {
            return new Assertions()
                    .demand(OllamaVariables.isOff(own), REQUEST_LOG + " is " + own)
                    .outcome(
                            REQUEST_LOG + " is " + own,
                            "take it out of ollama.environment, run \"aiserver install\", and delete what it wrote");
        }
        String session = server.launchd().sessionVariable(REQUEST_LOG);
        return new Assertions()
                .demand(
                        session.isEmpty() || OllamaVariables.isOff(session),
                        "\"launchctl setenv\" set " + REQUEST_LOG + " to " + session)
                .outcome(
                        REQUEST_LOG + " is not set",
                        "run \"launchctl unsetenv " + REQUEST_LOG + "\" and \"launchctl kickstart -k gui/"
                                + server.host().facts().uid() + "/" + ServerHost.OLLAMA
                                + "\" on the server, and delete what it wrote");
    }

    private static Outcome logs(ServerHost server) {
        LogFiles logs = server.logs();
        Assertions findings = new Assertions();
        logs.problems(server.host()).forEach(problem -> findings.demand(false, problem));
        for (Path log : logs.files()) {
            findings.demand(!(server.host().stat(log) instanceof FileState.Absent), log + " is not there");
        }
        return findings.outcome(
                logs.files().size() + " files are the user's",
                "remove such a file, or have the logs in a folder of your own; then run \"aiserver install\" and restart the"
                        + " services with launchctl kickstart -k");
    }
}
