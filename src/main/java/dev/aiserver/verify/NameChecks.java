package dev.aiserver.verify;

import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** That the server answers by its own names and by no other, and to no foreign web page. */
final class NameChecks {
    private static final String REWRITE = "run \"aiserver install\" to write haproxy.cfg anew";

    /** As behind "ssh -L", or another port of a machine in front. */
    private static final int PORT_OF_A_FORWARD = 1;

    private NameChecks() {}

    static List<Check> all(Client client) {
        List<Check> checks = new ArrayList<>();
        client.hostNames()
                .forEach(
                        name -> checks.add(Check.of("name." + name, "it answers as " + name, s -> answersBy(s, name))));
        checks.add(Check.of(
                "name.address",
                "it answers by its address",
                subject -> answersBy(
                        subject,
                        InetAddress.getByName(subject.client().address()).getHostAddress())));
        checks.add(Check.of(
                "name.port",
                "it answers by its name whatever port stands behind it",
                subject -> answers(subject, subject.client().name() + ":" + PORT_OF_A_FORWARD)));
        checks.add(Check.of(
                "name.unknown", "it refuses every other host name (DNS rebinding)", NameChecks::refusesUnknown));
        checks.add(Check.of("name.missing", "it refuses a request without a host name", NameChecks::refusesMissing));
        checks.add(Check.of(
                "name.origin", "it answers only the web pages that the configuration names", NameChecks::pages));
        return checks;
    }

    private static Outcome answersBy(Subject subject, String host) throws IOException {
        return answers(subject, host + ":" + subject.client().proxy().port());
    }

    private static Outcome answers(Subject subject, String withPort) throws IOException {
        Knock knock = subject.client().knock();
        HttpAnswer answer = subject.send(knock.call(withPort));
        return new Findings()
                .demand(knock.isAnsweredBy(answer), "Host: " + withPort + " gets " + Answers.shown(answer))
                .outcome(
                        "Host: " + withPort + " gets " + answer.status(),
                        REWRITE + "; if it stays, look at the log of com.haproxy");
    }

    /** Otherwise a web page could have a name of its own point here, and read what the server answers. */
    private static Outcome refusesUnknown(Subject subject) throws IOException {
        HttpCall call = subject.client().knock().call(Answers.FOREIGN_HOST);
        return refuses(subject, call, "Host: " + Answers.FOREIGN_HOST);
    }

    private static Outcome refusesMissing(Subject subject) throws IOException {
        HttpCall call = subject.client().knock().call("");
        return refuses(subject, new HttpCall(call.method(), call.target(), List.of(), call.body()), "no Host");
    }

    private static Outcome refuses(Subject subject, HttpCall call, String what) throws IOException {
        HttpAnswer answer = subject.send(call);
        return new Findings()
                .demand(Answers.isRefused(answer) && answer.status() != 404, what + " gets " + Answers.shown(answer))
                .outcome(what + " gets " + answer.status(), REWRITE);
    }

    private static Outcome pages(Subject subject) throws IOException {
        ServerSpec.Proxy proxy = subject.client().proxy();
        Knock knock = subject.client().knock();
        HttpAnswer foreign = from(subject, Answers.FOREIGN_PAGE);
        if (proxy.anyOrigin()) {
            return new Findings()
                    .demand(
                            knock.isAnsweredBy(foreign) && Answers.isFor("*", foreign),
                            "any-origin is true, and a page gets " + Answers.shown(foreign))
                    .outcome("every page gets " + foreign.status() + ", because any-origin is true", REWRITE);
        }
        HttpAnswer unnamed = subject.send(knock.call(subject.host()).header("Sec-Fetch-Site", "cross-site"));
        Findings findings = new Findings()
                .demand(Answers.isForeignPage(foreign), "a foreign Origin gets " + Answers.shown(foreign))
                .demand(
                        Answers.isForeignPage(unnamed),
                        "a cross-site request without an Origin gets " + Answers.shown(unnamed));
        for (String origin : proxy.origins()) {
            HttpAnswer answer = from(subject, origin);
            findings.demand(
                    knock.isAnsweredBy(answer) && Answers.isFor(origin, answer),
                    origin + " gets " + Answers.shown(answer));
        }
        return findings.outcome(
                "a foreign Origin gets " + foreign.status()
                        + (proxy.origins().isEmpty() ? "" : ", and each of the pages that are named an answer"),
                REWRITE);
    }

    private static HttpAnswer from(Subject subject, String origin) throws IOException {
        return subject.send(subject.client().knock().call(subject.host()).header("Origin", origin));
    }
}
