package dev.aiserver.verify;

import dev.aiserver.host.FileState;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** That what is asked stays on the machine, and off its disk. */
final class PrivacyChecks {
    private static final String CLOUD_FIX =
            "leave OLLAMA_NO_CLOUD at 1 in the configuration, have Ollama 0.16.2 or newer, run \"aiserver install\"";
    private static final int OTHERS_MAY_WRITE = 022;

    private PrivacyChecks() {}

    static List<Check> all() {
        return List.of(
                Check.onServer("privacy.cloud-status", "Ollama says that its cloud is off", PrivacyChecks::cloudStatus),
                Check.of(
                        "privacy.cloud",
                        "cloud models are refused: no prompt leaves this machine",
                        PrivacyChecks::cloudModel),
                Check.onServer(
                        "privacy.request-log",
                        "Ollama does not write requests to the disk",
                        (subject, server) -> requestLog(server)),
                Check.onServer("privacy.logs", "nobody else can write the logs", (subject, server) -> logs(server)));
    }

    private static Outcome cloudStatus(Subject subject, Server server) throws IOException {
        HttpAnswer status = subject.ollama(server).send(HttpCall.get("/api/status", Subject.ollamaHost(server)));
        boolean off = status.status() == 200
                && Answers.json(status).path("cloud").path("disabled").asBoolean();
        return new Findings()
                .demand(off, "/api/status: " + Answers.shown(status))
                .outcome("/api/status says so", CLOUD_FIX);
    }

    /** Through an open endpoint, a model named {@code x:cloud} would be asked at ollama.com. */
    private static Outcome cloudModel(Subject subject) throws IOException {
        HttpAnswer answer = subject.send(HttpCall.post(
                "/v1/chat/completions",
                subject.host(),
                "{\"model\":\"aiserver-verify:cloud\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
        return new Findings()
                .demand(
                        answer.status() == 403 && answer.text().contains("cloud") && !Answers.isFromProxy(answer),
                        "a cloud model gets " + Answers.shown(answer))
                .outcome("a cloud model gets 403", CLOUD_FIX);
    }

    private static Outcome requestLog(Server server) {
        String setting = server.propertyList(Server.OLLAMA).value("EnvironmentVariables.OLLAMA_DEBUG_LOG_REQUESTS");
        return new Findings()
                .demand(Set.of("", "0", "false", "f").contains(setting), "OLLAMA_DEBUG_LOG_REQUESTS is " + setting)
                .outcome(
                        "OLLAMA_DEBUG_LOG_REQUESTS is not set",
                        "take it out of ollama.environment, run \"aiserver install\", and delete what it wrote");
    }

    private static Outcome logs(Server server) {
        int uid = server.host().facts().uid();
        Findings findings = new Findings();
        List<Path> logs = List.of(Server.OLLAMA, Server.HAPROXY).stream()
                .map(server::propertyList)
                .flatMap(plist -> List.of(plist.value("StandardOutPath"), plist.value("StandardErrorPath")).stream())
                .filter(path -> !path.isEmpty())
                .distinct()
                .map(Path::of)
                .toList();
        for (Path log : logs) {
            FileState state = server.host().file(log);
            if (state instanceof FileState.Regular file) {
                findings.demand(
                        file.owner() == uid && (file.mode() & OTHERS_MAY_WRITE) == 0,
                        "%s has mode %04o and belongs to user id %d".formatted(log, file.mode(), file.owner()));
            } else {
                findings.demand(false, log + " is no file");
            }
        }
        return findings.outcome(
                logs.size() + " files are the user's",
                "remove them, then restart the services with launchctl kickstart -k");
    }
}
