package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.spec.Endpoint;
import java.io.IOException;
import java.util.List;

/** That every open endpoint answers, and that it is Ollama that answers. */
final class EndpointChecks {
    private EndpointChecks() {}

    static List<Check> all(List<Endpoint> open) {
        return open.stream()
                .map(endpoint -> Check.of(
                        "endpoint." + endpoint.toString().replace(" ", ":"),
                        endpoint + " reaches Ollama",
                        subject -> answered(subject, new Knock(endpoint))))
                .toList();
    }

    private static Outcome answered(Subject subject, Knock knock) throws IOException {
        HttpAnswer answer = subject.send(knock.call(subject.host()));
        return new Findings()
                .demand(knock.isAnsweredBy(answer), Answers.shown(answer))
                .outcome(
                        Answers.shown(answer),
                        "run \"aiserver install\" to write haproxy.cfg anew; is Ollama new enough for it?");
    }
}
