package dev.aiserver.verify;

import dev.aiserver.host.UserError;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the facts of several checks when the first of them needs one, unless the context has them already. If the server
 * cannot be read at all, every check gets that error without another attempt, which could take long.
 */
final class SharedFacts {
    private final VerifyContext context;
    private final List<Check> checks;
    private @Nullable Supplier<FactsOfChecks> read;

    /** @param checks those that will be proved */
    SharedFacts(VerifyContext context, List<Check> checks) {
        this.context = context;
        this.checks = checks;
    }

    /** @throws UserError if the facts of the check could not be determined */
    Check.Proof proof(Check check) {
        boolean needsServer = context.server().isPresent() && check.has(Check.Trait.SERVER);
        return (needsServer ? read() : FactsOfChecks.NONE).proof(check, context);
    }

    private synchronized FactsOfChecks read() {
        if (read == null) {
            read = context.facts()
                    .<Supplier<FactsOfChecks>>map(facts -> () -> facts)
                    .orElseGet(this::readOnce);
        }
        return read.get();
    }

    private Supplier<FactsOfChecks> readOnce() {
        try {
            FactsOfChecks facts = context.server().orElseThrow().host().ask(FactsOfChecks.query(context, checks));
            return () -> facts;
        } catch (UserError error) {
            return () -> {
                throw error;
            };
        }
    }
}
