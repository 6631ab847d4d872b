package dev.aiserver.rehearsal.model;

import java.util.List;

/**
 * How a model answers.
 *
 * @param says the tokens of every answer; none repeats the user's words
 * @param jinja whether its only chat template is one in Jinja, inside the weights file
 * @param eager whether it calls a tool whenever one is offered, and not only where the user speaks of one
 */
record Habits(List<String> says, boolean jinja, boolean eager) {

    static final Habits USUAL = new Habits(List.of(), false, false);

    Habits {
        says = List.copyOf(says);
    }

    Habits saying(List<String> tokens) {
        return new Habits(tokens, jinja, eager);
    }

    Habits withJinjaOnly() {
        return new Habits(says, true, eager);
    }

    Habits callingTools() {
        return new Habits(says, jinja, true);
    }
}
