package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import java.io.IOException;

/** That the server answers by its own names and by no other. */
final class NameChecks {
    private NameChecks() {}

    /** @param host a name or the address, without the port */
    record AnswersBy(String host) implements Check {
        @Override
        public String id() {
            return "name." + host;
        }

        @Override
        public String claim() {
            return "it answers as " + host;
        }

        @Override
        public Outcome prove(Subject subject) throws IOException {
            String withPort = host + ":" + subject.spec().proxy().port();
            HttpAnswer answer = subject.throughProxy(HttpCall.get("/api/version", withPort));
            return answer.status() == 200
                    ? new Outcome.Passed("GET http://" + withPort + "/api/version: "
                            + answer.text().strip())
                    : new Outcome.Failed(
                            "GET http://" + withPort + "/api/version: " + Answers.shown(answer),
                            "run \"aiserver install\"; if it stays, look at the log of com.haproxy");
        }
    }

    /** Otherwise a web page could have a name of its own point here, and read what the server answers. */
    record RefusesUnknown() implements Check {
        @Override
        public String id() {
            return "name.unknown";
        }

        @Override
        public String claim() {
            return "it refuses every other host name (DNS rebinding)";
        }

        @Override
        public Outcome prove(Subject subject) throws IOException {
            HttpAnswer answer = subject.throughProxy(HttpCall.get("/api/version", "rebinding.example"));
            return answer.status() == 421 && answer.header("x-aiserver").equals("unknown-host")
                    ? new Outcome.Passed("Host: rebinding.example gets 421")
                    : new Outcome.Failed(
                            "Host: rebinding.example gets " + Answers.shown(answer),
                            "run \"aiserver install\" to write haproxy.cfg anew");
        }
    }
}
