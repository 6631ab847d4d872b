package dev.aiserver.verify;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Query;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The facts of all checks on the server, which were read together, so that all of them judge one moment.
 *
 * @param proofs by check ID; each has its facts, or the error for which they could not be determined
 */
public record FactsOfChecks(Map<String, Attempt<Check.Proof>> proofs) {

    static final FactsOfChecks NONE = new FactsOfChecks(Map.of());

    public FactsOfChecks {
        proofs = Map.copyOf(proofs);
    }

    /** Asks for the facts of those of these checks that run on the server. */
    public static Query<FactsOfChecks> query(VerifyContext context, List<Check> checks) {
        List<Check> onServer =
                checks.stream().filter(check -> check.has(Check.Trait.SERVER)).toList();
        return Query.byKey(onServer, (Check check) -> attempt(context, check))
                .map(read -> new FactsOfChecks(read.entrySet().stream()
                        .collect(Collectors.toMap(entry -> entry.getKey().id(), Map.Entry::getValue))));
    }

    /** Also catches what is thrown while the query is built, such as a receipt that lacks a job. */
    private static Query<Attempt<Check.Proof>> attempt(VerifyContext context, Check check) {
        return Query.of(check).then(each -> each.facts().query(context)).attempt();
    }

    /** @throws dev.aiserver.host.UserError if the facts of the check could not be determined */
    Check.Proof proof(Check check, VerifyContext context) {
        Attempt<Check.Proof> proof = proofs.get(check.id());
        return proof == null ? Query.value(check.facts().query(context)) : proof.get();
    }
}
