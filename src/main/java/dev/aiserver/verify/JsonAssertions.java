package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.List;

/** What an answer in JSON must look like; places in it are JSON pointers. */
final class JsonAssertions {
    /** One red pixel. */
    static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private final JsonNode json;
    private final int status;
    private final Assertions findings = new Assertions();

    private JsonAssertions(JsonNode json, int status) {
        this.json = json;
        this.status = status;
    }

    static JsonAssertions of(RawHttpResponse answer) {
        try {
            return new JsonAssertions(ProxyResponses.json(answer), answer.status());
        } catch (IOException e) {
            return new JsonAssertions(MissingNode.getInstance(), answer.status()).demand(false, "it is no JSON");
        }
    }

    JsonNode at(String pointer) {
        return json.at(pointer);
    }

    JsonAssertions demand(boolean fulfilled, String complaint) {
        findings.demand(fulfilled, complaint);
        return this;
    }

    JsonAssertions is(String pointer, String text) {
        String found = at(pointer).asText();
        return demand(
                found.equals(text), pointer + " is \"" + ProxyResponses.shortened(found) + "\", not \"" + text + "\"");
    }

    JsonAssertions hasText(String pointer) {
        return demand(at(pointer).isTextual() && !at(pointer).asText().isEmpty(), pointer + " has no text");
    }

    JsonAssertions isPositive(String pointer) {
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
            return ProxyResponses.json(text).isObject();
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
