package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import java.io.IOException;

/** That no prompt can leave for ollama.com: a model named {@code x:cloud} would, through an open endpoint. */
final class CloudIsOff implements Check {
    @Override
    public String id() {
        return "privacy.cloud";
    }

    @Override
    public String claim() {
        return "cloud models are off: nothing leaves this machine";
    }

    @Override
    public Outcome prove(Subject subject) throws IOException {
        HttpAnswer status = subject.fromOllama("/api/status");
        HttpAnswer answer = subject.throughProxy(HttpCall.post(
                "/v1/chat/completions",
                subject.clientHost(),
                "{\"model\":\"aiserver-verify:cloud\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
        boolean off = status.text().replace(" ", "").contains("\"disabled\":true");
        return off && answer.status() == 403
                ? new Outcome.Passed("Ollama says so, and a cloud model gets 403")
                : new Outcome.Failed(
                        "/api/status: " + Answers.shown(status) + "; a cloud model: " + Answers.shown(answer),
                        "leave OLLAMA_NO_CLOUD at 1 in the configuration, have Ollama 0.16.2 or newer, run \"aiserver install\"");
    }
}
