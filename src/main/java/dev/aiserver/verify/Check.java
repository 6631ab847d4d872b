package dev.aiserver.verify;

import dev.aiserver.host.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Proves one claim about a server. A check is read-only: it changes nothing on the server.
 *
 * @param id stable identifier for scripts: group and name, separated by a dot
 * @param claim plain present-tense statement of one line
 * @param traits requirements of the check, and whether it must run alone
 * @param facts what the check reads on the server's machine before it can prove its claim
 */
public record Check(String id, String claim, Set<Trait> traits, Facts facts) {

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

    /** Asks for the facts of a check, with which it proves its claim. */
    @FunctionalInterface
    public interface Facts {
        Query<Proof> query(VerifyContext context);
    }

    /** Proves a claim on the server. */
    @FunctionalInterface
    interface ServerProof {
        Outcome prove(VerifyContext context, ServerHost server) throws IOException;
    }

    /** Proves a claim on the server with what was read there. */
    @FunctionalInterface
    interface FactsProof<T> {
        Outcome prove(VerifyContext context, ServerHost server, T facts) throws IOException;
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
        return new Check(id, claim, Set.of(), context -> Query.of(proof));
    }

    /** Returns a check that runs on the server and needs no fact of it. It is skipped on a client. */
    static Check onServer(String id, String claim, ServerProof proof) {
        return onServer(id, claim, server -> Query.of(server), (context, server, same) -> proof.prove(context, server));
    }

    /** Returns a check of facts about the server. It is skipped on a client. */
    static Check onServer(String id, String claim, Function<ServerHost, Query<Outcome>> outcome) {
        return onServer(id, claim, outcome, (context, server, known) -> known);
    }

    /**
     * Returns a check that runs on the server, and is skipped on a client.
     *
     * @param facts are read together with those of all other checks, at one moment
     */
    static <T> Check onServer(String id, String claim, Function<ServerHost, Query<T>> facts, FactsProof<T> proof) {
        Proof skipped = context -> new Outcome.Skipped("needs the server: run \"aiserver verify\" there");
        return new Check(
                id,
                claim,
                Set.of(Trait.SERVER),
                known -> known.server()
                        .map(server ->
                                facts.apply(server).<Proof>map(read -> context -> proof.prove(context, server, read)))
                        .orElseGet(() -> Query.of(skipped)));
    }

    /** Returns a check that runs on the server with a model. */
    static Check ofModelOnServer(String id, String claim, Models.Ability ability, ModelServerProof proof) {
        return onServer(
                        id,
                        claim,
                        (context, server) ->
                                withModels(context, ability, (any, model) -> proof.prove(context, server, model)))
                .with(Trait.MODEL);
    }

    /**
     * Returns a check that uses the smallest installed model with this ability. A model that repeats itself proves
     * nothing about the server, so the check then tries the next larger models.
     */
    static Check ofModel(String id, String claim, Models.Ability ability, ModelProof proof) {
        return of(id, claim, context -> withModels(context, ability, proof)).with(Trait.MODEL);
    }

    private static Outcome withModels(VerifyContext context, Models.Ability ability, ModelProof proof)
            throws IOException {
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
    }

    Check with(Trait trait) {
        Set<Trait> more = EnumSet.of(trait);
        more.addAll(traits);
        return new Check(id, claim, more, facts);
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
