package dev.aiserver.verify;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.OllamaVariables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Checks that prompts stay on the machine and are not written to its disk. */
final class PrivacyChecks {
    private static final String CLOUD_FIX =
            "keep OLLAMA_NO_CLOUD at 1 in the configuration, use Ollama 0.16.2 or newer, and run \"aiserver install\"";

    /** Endpoints at which Ollama checks for a cloud model first. */
    private static final List<String> CLOUD_PATHS = List.of(
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
            "the configuration allows the cloud: prompts to a cloud model leave this machine",
            "remove OLLAMA_NO_CLOUD from ollama.environment and run \"aiserver install\" to forbid it");

    private PrivacyChecks() {}

    static List<Check> all() {
        return List.of(
                Check.onServer(
                        "privacy.cloud-status",
                        "Ollama reports that its cloud is disabled",
                        PrivacyChecks::cloudStatus),
                Check.of(
                        "privacy.cloud",
                        "rejects cloud models, so no prompt leaves this machine",
                        PrivacyChecks::cloudModel),
                Check.onServer(
                        "privacy.origins",
                        "Ollama rejects web pages in this machine's own browser",
                        PrivacyChecks::origins),
                Check.onServer(
                        "privacy.request-log", "Ollama does not write requests to disk", PrivacyChecks::requestLog),
                Check.onServer("privacy.logs", "no other user can write or replace the logs", PrivacyChecks::logs));
    }

    private static Outcome cloudStatus(VerifyContext context, ServerHost server) throws IOException {
        if (server.spec().allowsCloud()) {
            return ALLOWED;
        }
        RawHttpResponse status =
                context.ollama(server).send(RawHttpRequest.get("/api/status", VerifyContext.ollamaHost(server)));
        boolean off = status.status() == 200
                && ProxyResponses.json(status).path("cloud").path("disabled").asBoolean();
        return new Assertions()
                .require(off, "/api/status: " + ProxyResponses.shown(status))
                .outcome("/api/status reports that the cloud is disabled", CLOUD_FIX);
    }

    /** Sends a foreign origin to Ollama itself, because a browser on the server can reach Ollama without the proxy. */
    private static Outcome origins(VerifyContext context, ServerHost server) throws IOException {
        RawHttpResponse response = context.ollama(server)
                .send(RawHttpRequest.get("/api/version", VerifyContext.ollamaHost(server))
                        .header("Origin", ProxyResponses.FOREIGN_ORIGIN));
        return new Assertions()
                .require(response.status() == 403, "a foreign origin returns " + ProxyResponses.shown(response))
                .outcome(
                        "a foreign origin returns 403",
                        "run \"aiserver install\": its property list must set OLLAMA_ORIGINS=http://127.0.0.1");
    }

    /** Requests a model named {@code x:cloud}, which Ollama would forward to ollama.com if its cloud were enabled. */
    private static Outcome cloudModel(VerifyContext context) throws IOException {
        if (context.server().filter(server -> server.spec().allowsCloud()).isPresent()) {
            return ALLOWED;
        }
        Optional<String> path = context.client().firstOpen(CLOUD_PATHS);
        if (path.isEmpty()) {
            return new Outcome.Skipped("no open endpoint can reach a cloud model");
        }
        RawHttpResponse response = context.send(RawHttpRequest.post(
                path.get(),
                context.host(),
                "{\"model\":\"aiserver-verify:cloud\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                        + "\"input\":\"x\",\"prompt\":\"x\",\"max_tokens\":1}"));
        return new Assertions()
                .require(
                        response.status() == 403
                                && response.text().contains("cloud")
                                && !ProxyResponses.isFromProxy(response),
                        "a cloud model returns " + ProxyResponses.shown(response))
                .outcome("a cloud model returns 403", CLOUD_FIX);
    }

    /** The property list overrides the login session; a job inherits the session's variables when it starts. */
    private static Query<Outcome> requestLog(ServerHost server) {
        return Query.joined(parts -> {
            var plist = parts.add(server.propertyList(Layout.OLLAMA));
            var session = parts.add(server.jobs().sessionVariable(REQUEST_LOG));
            return results -> requestLog(
                    results.get(plist).value("EnvironmentVariables." + REQUEST_LOG),
                    results.attempt(session),
                    server.identity());
        });
    }

    private static Outcome requestLog(String own, Attempt<String> inherited, HostIdentity identity) {
        if (!own.isEmpty()) {
            return new Assertions()
                    .require(OllamaVariables.isOff(own), REQUEST_LOG + " is " + own)
                    .outcome(
                            REQUEST_LOG + " is " + own,
                            "remove it from ollama.environment, run \"aiserver install\", and delete the files that "
                                    + "it wrote");
        }
        String session = inherited.get();
        return new Assertions()
                .require(
                        session.isEmpty() || OllamaVariables.isOff(session),
                        "\"launchctl setenv\" sets " + REQUEST_LOG + " to " + session)
                .outcome(
                        REQUEST_LOG + " is not set",
                        "run \"launchctl unsetenv " + REQUEST_LOG + "\" and \"launchctl kickstart -k gui/"
                                + identity.uid() + "/" + Layout.OLLAMA
                                + "\" on the server, and delete the files that it wrote");
    }

    private static Query<Outcome> logs(ServerHost server) {
        return server.logs()
                .then(logs -> logs.problems(server.identity())
                        .zip(logs.missing(), (problems, missing) -> logs(logs, problems, missing)));
    }

    private static Outcome logs(LogFiles logs, List<String> problems, List<Path> missing) {
        Assertions assertions = new Assertions();
        problems.forEach(problem -> assertions.require(false, problem));
        missing.forEach(log -> assertions.require(false, log + " does not exist"));
        return assertions.outcome(
                "only the user can write " + logs.files().size() + " files",
                "remove the file, or set \"logs\" to a folder that only you can write; then run \"aiserver "
                        + "install\" and restart the services with launchctl kickstart -k");
    }
}
