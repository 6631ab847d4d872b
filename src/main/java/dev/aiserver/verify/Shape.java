package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.aiserver.net.HttpAnswer;
import java.io.IOException;
import java.util.List;

/** What an answer in JSON must look like; places in it are JSON pointers. */
final class Shape {
    /** One red pixel. */
    static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private final JsonNode json;
    private final int status;
    private final Findings findings = new Findings();

    private Shape(JsonNode json, int status) {
        this.json = json;
        this.status = status;
    }

    static Shape of(HttpAnswer answer) {
        try {
            return new Shape(Answers.json(answer), answer.status());
        } catch (IOException e) {
            return new Shape(MissingNode.getInstance(), answer.status()).demand(false, "it is no JSON");
        }
    }

    JsonNode at(String pointer) {
        return json.at(pointer);
    }

    Shape demand(boolean fulfilled, String complaint) {
        findings.demand(fulfilled, complaint);
        return this;
    }

    Shape is(String pointer, String text) {
        String found = at(pointer).asText();
        return demand(found.equals(text), pointer + " is \"" + Answers.shortened(found) + "\", not \"" + text + "\"");
    }

    Shape hasText(String pointer) {
        return demand(at(pointer).isTextual() && !at(pointer).asText().isEmpty(), pointer + " has no text");
    }

    Shape isPositive(String pointer) {
        return demand(at(pointer).asInt() > 0, pointer + " is no positive number");
    }

    /** Whether every demand so far was fulfilled. */
    boolean isGood() {
        return findings.isGood();
    }

    Outcome outcome(String evidence) {
        return findings.outcome(evidence, Remedy.of(status));
    }

    static boolean isObject(String text) {
        try {
            return Answers.json(text).isObject();
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether these occur in this order, with others between. */
    static boolean inOrder(List<String> all, String... wanted) {
        int at = 0;
        for (String each : all) {
            if (at < wanted.length && each.equals(wanted[at])) {
                at++;
            }
        }
        return at == wanted.length;
    }

    /** Nothing is wrong with a server whose model would rather talk. */
    static Outcome wordsInsteadOfTool(String model) {
        return new Outcome.Warned(
                model + " answers in words instead of calling the tool", "use a larger model for tools");
    }
}
