package dev.aiserver.verify;

import dev.aiserver.host.Attempt;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts of all checks together when the first check on the server needs one, so that all of them judge one
 * moment. If the server cannot be read at all, every check gets that error without another attempt, which could take
 * long.
 */
final class FactsOfChecks {
    private final VerifyContext context;
    private final List<Check> checks;
    private @Nullable Supplier<Map<Check, Attempt<Check.Proof>>> read;

    /** @param checks those that will be proved */
    FactsOfChecks(VerifyContext context, List<Check> checks) {
        this.context = context;
        this.checks =
                checks.stream().filter(check -> check.has(Check.Trait.SERVER)).toList();
    }

    /** @throws UserError if the facts of the check could not be determined */
    Check.Proof proof(Check check) {
        if (context.server().isEmpty() || !check.has(Check.Trait.SERVER)) {
            return known(check);
        }
        Attempt<Check.Proof> proof = read().get(check);
        return proof == null ? known(check) : proof.get();
    }

    /** Returns the proof of a check that reads nothing. */
    private Check.Proof known(Check check) {
        return Query.value(check.facts().query(context));
    }

    private synchronized Map<Check, Attempt<Check.Proof>> read() {
        if (read == null) {
            read = readOnce(context.server().orElseThrow());
        }
        return read.get();
    }

    private Supplier<Map<Check, Attempt<Check.Proof>>> readOnce(ServerHost server) {
        try {
            Map<Check, Attempt<Check.Proof>> proofs = server.host().ask(Query.byKey(checks, this::attempt));
            return () -> proofs;
        } catch (UserError error) {
            return () -> {
                throw error;
            };
        }
    }

    /** Also catches what is thrown while the query is built, such as a receipt that lacks a job. */
    private Query<Attempt<Check.Proof>> attempt(Check check) {
        return Query.of(check).then(each -> each.facts().query(context)).attempt();
    }
}
