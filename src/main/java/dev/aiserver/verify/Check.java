package dev.aiserver.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Proves one claim about a server. A check is read-only: it changes nothing on the server.
 *
 * @param id stable identifier for scripts: group and name, separated by a dot
 * @param claim plain present-tense statement of one line
 * @param traits requirements of the check, and whether it must run alone
 */
public record Check(String id, String claim, Set<Trait> traits, Proof proof) {

    /** Limits the models that one check tries: each of them may have to be loaded first. */
    private static final int MAX_MODELS = 3;

    /** States a requirement of a check. */
    public enum Trait {
        /** The check can run on the server only, not on a client. */
        SERVER,
        /** The check makes a model generate text. */
        MODEL,
        /** The check measures time, so no other check may run at the same time. */
        ALONE
    }

    /** Decides whether a claim is true. */
    @FunctionalInterface
    public interface Proof {
        /** Returns the outcome; an {@link IOException} or {@link dev.aiserver.host.UserError} makes it inconclusive. */
        Outcome prove(VerifyContext context) throws IOException;
    }

    /** Proves a claim on the server. */
    @FunctionalInterface
    interface ServerProof {
        Outcome prove(VerifyContext context, ServerHost server) throws IOException;
    }

    /** Proves a claim with a model. */
    @FunctionalInterface
    interface ModelProof {
        Outcome prove(VerifyContext context, String model) throws IOException;
    }

    /** Proves a claim on the server with a model. */
    @FunctionalInterface
    interface ModelServerProof {
        Outcome prove(VerifyContext context, ServerHost server, String model) throws IOException;
    }

    public Check {
        traits = Set.copyOf(traits);
    }

    /** Returns a check that a client can run. */
    static Check of(String id, String claim, Proof proof) {
        return new Check(id, claim, Set.of(), proof);
    }

    /** Returns a check that runs on the server, and is skipped on a client. */
    static Check onServer(String id, String claim, ServerProof proof) {
        return new Check(id, claim, Set.of(Trait.SERVER), context -> {
            if (context.server().isEmpty()) {
                return new Outcome.Skipped("needs the server: run \"aiserver verify\" there");
            }
            return proof.prove(context, context.server().get());
        });
    }

    /** Returns a check that runs on the server with a model. */
    static Check ofModelOnServer(String id, String claim, Models.Ability ability, ModelServerProof proof) {
        Check check = ofModel(
                id,
                claim,
                ability,
                (context, model) -> proof.prove(context, context.server().orElseThrow(), model));
        return onServer(id, claim, (context, server) -> check.proof().prove(context))
                .with(Trait.MODEL);
    }

    /**
     * Returns a check that uses the smallest installed model with this ability. A model that repeats itself proves
     * nothing about the server, so the check then tries the next larger models.
     */
    static Check ofModel(String id, String claim, Models.Ability ability, ModelProof proof) {
        return new Check(id, claim, Set.of(Trait.MODEL), context -> {
            List<String> models = context.models().with(ability);
            List<String> repeating = new ArrayList<>();
            for (String model : models.subList(0, Math.min(MAX_MODELS, models.size()))) {
                try {
                    return proof.prove(context, model);
                } catch (RepeatedTokens e) {
                    repeating.add(model);
                }
            }
            return repeating.isEmpty()
                    ? new Outcome.Skipped("no installed model supports it; install one with \"aiserver warm-models "
                            + ability.example() + "\" on the server")
                    : new Outcome.Warned(
                            String.join(", ", repeating)
                                    + (repeating.size() == 1 ? " repeats itself" : " repeat themselves")
                                    + "; Ollama stops such a response without an ending, so the check could not run",
                            "the server itself is fine: install another model with \"aiserver warm-models "
                                    + ability.example() + "\" on the server, then verify again");
        });
    }

    Check with(Trait trait) {
        Set<Trait> more = EnumSet.of(trait);
        more.addAll(traits);
        return new Check(id, claim, more, proof);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
