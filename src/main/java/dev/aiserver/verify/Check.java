package dev.aiserver.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One claim about a server, and how it is proved. A check only looks: it changes nothing on the server.
 *
 * @param id stable, for scripts: a group and a name with a dot between them
 * @param claim in one line
 * @param traits what it needs, and whether others would disturb it
 */
public record Check(String id, String claim, Set<Trait> traits, Proof proof) {

    /** Each model that is asked may have to be loaded. */
    private static final int MOST_MODELS = 3;

    /** What is special about a check. */
    public enum Trait {
        /** It can be carried out on the server only, not from a client. */
        SERVER,
        /** It has a model generate something. */
        MODEL,
        /** It measures, so nothing else may run meanwhile. */
        ALONE
    }

    /** Finds out whether a claim is true. */
    @FunctionalInterface
    public interface Proof {
        /** An {@link IOException} or {@link dev.aiserver.host.UserError} means that it could not be found out. */
        Outcome prove(VerifyContext subject) throws IOException;
    }

    /** A proof for which one must be on the server. */
    @FunctionalInterface
    interface ServerProof {
        Outcome prove(VerifyContext subject, ServerHost server) throws IOException;
    }

    /** A proof that asks a model. */
    @FunctionalInterface
    interface ModelProof {
        Outcome prove(VerifyContext subject, String model) throws IOException;
    }

    /** A proof that asks a model, for which one must be on the server. */
    @FunctionalInterface
    interface ModelServerProof {
        Outcome prove(VerifyContext subject, ServerHost server, String model) throws IOException;
    }

    public Check {
        traits = Set.copyOf(traits);
    }

    /** One that a client can carry out. */
    static Check of(String id, String claim, Proof proof) {
        return new Check(id, claim, Set.of(), proof);
    }

    static Check onServer(String id, String claim, ServerProof proof) {
        return new Check(id, claim, Set.of(Trait.SERVER), subject -> {
            if (subject.server().isEmpty()) {
                return new Outcome.Skipped("needs the server: run \"aiserver verify\" there");
            }
            return proof.prove(subject, subject.server().get());
        });
    }

    /** One for which one must be on the server, and that asks a model there. */
    static Check ofModelOnServer(String id, String claim, Models.Ability ability, ModelServerProof proof) {
        Check check = ofModel(
                id,
                claim,
                ability,
                (subject, model) -> proof.prove(subject, subject.server().orElseThrow(), model));
        return onServer(id, claim, (subject, server) -> check.proof().prove(subject))
                .with(Trait.MODEL);
    }

    /**
     * One that asks the smallest installed model with this ability. Where that model repeats itself, which proves
     * nothing of the server, the next ones are asked.
     */
    static Check ofModel(String id, String claim, Models.Ability ability, ModelProof proof) {
        return new Check(id, claim, Set.of(Trait.MODEL), subject -> {
            List<String> models = subject.models().with(ability);
            List<String> repeating = new ArrayList<>();
            for (String model : models.subList(0, Math.min(MOST_MODELS, models.size()))) {
                try {
                    return proof.prove(subject, model);
                } catch (RepeatedTokens e) {
                    repeating.add(model);
                }
            }
            return repeating.isEmpty()
                    ? new Outcome.Skipped("no installed model can do it; get one with \"aiserver warm-models "
                            + ability.example() + "\" on the server")
                    : new Outcome.Warned(
                            String.join(", ", repeating)
                                    + (repeating.size() == 1 ? " repeats itself" : " repeat themselves")
                                    + ", and Ollama stops such an answer without an ending, so this could not be tried",
                            "nothing is wrong with the server; get another model, as with \"aiserver warm-models "
                                    + ability.example() + "\" there, and verify again");
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
