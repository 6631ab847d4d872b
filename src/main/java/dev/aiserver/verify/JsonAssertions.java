package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.List;

/** Checks the shape of a JSON response; fields are named by JSON pointers. */
final class JsonAssertions {
    /** A PNG of one red pixel. */
    static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private final JsonNode json;
    private final int status;
    private final Assertions assertions = new Assertions();

    private JsonAssertions(JsonNode json, int status) {
        this.json = json;
        this.status = status;
    }

    static JsonAssertions of(RawHttpResponse response) {
        try {
            return new JsonAssertions(ProxyResponses.json(response), response.status());
        } catch (IOException e) {
            return new JsonAssertions(MissingNode.getInstance(), response.status())
                    .require(false, "the response is not valid JSON");
        }
    }

    JsonNode at(String pointer) {
        return json.at(pointer);
    }

    JsonAssertions require(boolean satisfied, String problem) {
        assertions.require(satisfied, problem);
        return this;
    }

    JsonAssertions is(String pointer, String text) {
        String found = at(pointer).asText();
        return require(
                found.equals(text), pointer + " is \"" + ProxyResponses.shortened(found) + "\", not \"" + text + "\"");
    }

    JsonAssertions hasText(String pointer) {
        return require(at(pointer).isTextual() && !at(pointer).asText().isEmpty(), pointer + " is empty");
    }

    JsonAssertions isPositive(String pointer) {
        return require(at(pointer).asInt() > 0, pointer + " is not a positive number");
    }

    /** Returns whether all requirements so far are satisfied. */
    boolean hold() {
        return assertions.hold();
    }

    Outcome outcome(String evidence) {
        return assertions.outcome(evidence, Remedy.of(status));
    }

    static boolean isObject(String text) {
        try {
            return ProxyResponses.json(text).isObject();
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns whether these values occur in this order, with any values between them. */
    static boolean inOrder(List<String> values, String... wanted) {
        int at = 0;
        for (String value : values) {
            if (at < wanted.length && value.equals(wanted[at])) {
                at++;
            }
        }
        return at == wanted.length;
    }

    /** Returns a warning only: a model that ignores its tools is not a fault of the server. */
    static Outcome textInsteadOfToolCall(String model) {
        return new Outcome.Warned(
                model + " answers with text instead of calling the tool", "use a larger model for tools");
    }
}
