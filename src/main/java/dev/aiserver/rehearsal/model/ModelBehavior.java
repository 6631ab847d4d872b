package dev.aiserver.rehearsal.model;

import java.util.List;

/**
 * How a model answers.
 *
 * @param says the tokens of every answer; none repeats the user's words
 * @param jinja whether its only chat template is one in Jinja, inside the weights file
 * @param eager whether it calls a tool whenever one is offered, and not only where the user speaks of one
 */
record ModelBehavior(List<String> says, boolean jinja, boolean eager) {

    static final ModelBehavior USUAL = new ModelBehavior(List.of(), false, false);

    ModelBehavior {
        says = List.copyOf(says);
    }

    ModelBehavior saying(List<String> tokens) {
        return new ModelBehavior(tokens, jinja, eager);
    }

    ModelBehavior withJinjaOnly() {
        return new ModelBehavior(says, true, eager);
    }

    ModelBehavior callingTools() {
        return new ModelBehavior(says, jinja, true);
    }
}
