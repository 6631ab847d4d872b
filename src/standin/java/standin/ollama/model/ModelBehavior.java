package standin.ollama.model;

import java.util.List;

/**
 * Defines how a model answers.
 *
 * @param answer tokens of every answer; empty to repeat the user's words
 * @param jinjaOnly true if the only chat template is a Jinja template inside the weights file
 * @param alwaysCallsTools true to call a tool whenever one is offered, not only when the user mentions one
 */
public record ModelBehavior(List<String> answer, boolean jinjaOnly, boolean alwaysCallsTools) {

    public static final ModelBehavior DEFAULT = new ModelBehavior(List.of(), false, false);

    public ModelBehavior {
        answer = List.copyOf(answer);
    }

    public ModelBehavior answering(List<String> tokens) {
        return new ModelBehavior(tokens, jinjaOnly, alwaysCallsTools);
    }

    public ModelBehavior withJinjaOnly() {
        return new ModelBehavior(answer, true, alwaysCallsTools);
    }

    public ModelBehavior callingTools() {
        return new ModelBehavior(answer, jinjaOnly, true);
    }
}
