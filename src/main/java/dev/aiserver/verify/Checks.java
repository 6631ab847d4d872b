package dev.aiserver.verify;

import dev.aiserver.spec.ServerSpec;
import java.util.ArrayList;
import java.util.List;

/** Which checks a server has to pass, in the order in which they are reported. */
public final class Checks {
    private Checks() {}

    public static List<Check> of(Subject subject) {
        ServerSpec spec = subject.spec();
        List<Check> checks = new ArrayList<>(List.of(
                new ServiceChecks.Runs("com.ollama"),
                new ServiceChecks.Runs("com.haproxy"),
                new ServiceChecks.FilesUnchanged(),
                new BindingChecks.OllamaOnLoopback(),
                new BindingChecks.ProxyOnItsAddress(),
                new BindingChecks.NobodyElse()));
        subject.receipt().hostNames().forEach(name -> checks.add(new NameChecks.AnswersBy(name)));
        checks.add(new NameChecks.AnswersBy(subject.receipt().address()));
        checks.add(new NameChecks.RefusesUnknown());
        spec.proxy().endpoints().forEach(endpoint -> checks.add(new EndpointChecks.Answered(endpoint)));
        checks.add(
                spec.proxy().unfiltered()
                        ? new EndpointChecks.NothingRefused()
                        : new EndpointChecks.OthersRefused(spec.proxy().endpoints()));
        checks.add(new CloudIsOff());
        return checks;
    }
}
