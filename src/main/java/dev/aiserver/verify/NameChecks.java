package dev.aiserver.verify;

import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
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

    static List<Check> all(ServerView client) {
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

    private static Outcome answersBy(VerifyContext subject, String host) throws IOException {
        return answers(subject, host + ":" + subject.client().proxy().port());
    }

    private static Outcome answers(VerifyContext subject, String withPort) throws IOException {
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse answer = subject.send(knock.call(withPort));
        return new Assertions()
                .demand(knock.isAnsweredBy(answer), "Host: " + withPort + " gets " + ProxyResponses.shown(answer))
                .outcome(
                        "Host: " + withPort + " gets " + answer.status(),
                        REWRITE + "; if it stays, look at the log of com.haproxy");
    }

    /** Otherwise a web page could have a name of its own point here, and read what the server answers. */
    private static Outcome refusesUnknown(VerifyContext subject) throws IOException {
        RawHttpRequest call = subject.client().knock().call(ProxyResponses.FOREIGN_HOST);
        return refuses(subject, call, "Host: " + ProxyResponses.FOREIGN_HOST);
    }

    private static Outcome refusesMissing(VerifyContext subject) throws IOException {
        RawHttpRequest call = subject.client().knock().call("");
        return refuses(subject, new RawHttpRequest(call.method(), call.target(), List.of(), call.body()), "no Host");
    }

    private static Outcome refuses(VerifyContext subject, RawHttpRequest call, String what) throws IOException {
        RawHttpResponse answer = subject.send(call);
        return new Assertions()
                .demand(
                        ProxyResponses.isRefused(answer) && answer.status() != 404,
                        what + " gets " + ProxyResponses.shown(answer))
                .outcome(what + " gets " + answer.status(), REWRITE);
    }

    private static Outcome pages(VerifyContext subject) throws IOException {
        ServerSpec.Proxy proxy = subject.client().proxy();
        LivenessRequest knock = subject.client().knock();
        RawHttpResponse foreign = from(subject, ProxyResponses.FOREIGN_PAGE);
        if (proxy.anyOrigin()) {
            return new Assertions()
                    .demand(
                            knock.isAnsweredBy(foreign) && ProxyResponses.isFor("*", foreign),
                            "any-origin is true, and a page gets " + ProxyResponses.shown(foreign))
                    .outcome("every page gets " + foreign.status() + ", because any-origin is true", REWRITE);
        }
        RawHttpResponse unnamed = subject.send(knock.call(subject.host()).header("Sec-Fetch-Site", "cross-site"));
        Assertions findings = new Assertions()
                .demand(ProxyResponses.isForeignPage(foreign), "a foreign Origin gets " + ProxyResponses.shown(foreign))
                .demand(
                        ProxyResponses.isForeignPage(unnamed),
                        "a cross-site request without an Origin gets " + ProxyResponses.shown(unnamed));
        for (String origin : proxy.origins()) {
            RawHttpResponse answer = from(subject, origin);
            findings.demand(
                    knock.isAnsweredBy(answer) && ProxyResponses.isFor(origin, answer),
                    origin + " gets " + ProxyResponses.shown(answer));
        }
        return findings.outcome(
                "a foreign Origin gets " + foreign.status()
                        + (proxy.origins().isEmpty() ? "" : ", and each of the pages that are named an answer"),
                REWRITE);
    }

    private static RawHttpResponse from(VerifyContext subject, String origin) throws IOException {
        return subject.send(subject.client().knock().call(subject.host()).header("Origin", origin));
    }
}
