package dev.aiserver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.plan.Plan;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.verify.Check;
import dev.aiserver.verify.Outcome;
import dev.aiserver.verify.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes results for programs: one JSON document, {@code "schema": 1}. */
public final class Json {
    private static final int SCHEMA = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private Json() {}

    /**
     * Returns the document of a result.
     *
     * @param fields besides schema, command and outcome: maps, lists, strings, numbers and records of them
     */
    public static Map<String, Object> document(String command, CommandOutcome outcome, Map<String, ?> fields) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("command", command);
        document.put("outcome", word(outcome));
        document.putAll(fields);
        return document;
    }

    /** Returns the document of a command that ended with this error. */
    public static Map<String, Object> failed(String command, String sentence) {
        return document(command, CommandOutcome.FAILED, Map.of("error", sentence));
    }

    /** Returns the text of a document. */
    public static String text(Map<String, Object> document) {
        try {
            return MAPPER.writeValueAsString(document) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("documents are plain data", e);
        }
    }

    /** Returns one event on one line, for a program that reads events as they happen. */
    static String line(String event, Record fields) {
        ObjectNode line = MAPPER.createObjectNode().put("event", event);
        line.setAll((ObjectNode) MAPPER.valueToTree(fields));
        return line.toString();
    }

    /** Returns the word for a constant: lower case, with hyphens. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the changes of a plan, with states and diffs. */
    public static List<Map<String, Object>> changes(Plan plan) {
        return plan.changes().stream().map(change -> change(change, plan)).toList();
    }

    private static Map<String, Object> change(Change change, Plan plan) {
        Map<String, Object> fields = resource(word(change.verb()), change.resource());
        fields.put("before", state(change.before()));
        fields.put("after", state(change.after()));
        if (change.resource() instanceof HostFile) {
            fields.put("diff", Diffs.unified(change, plan.contents()));
        }
        return fields;
    }

    /** Returns a state with its kind, which Jackson omits when the declared type is Object. */
    private static JsonNode state(State state) {
        try {
            return MAPPER.readTree(MAPPER.writerFor(State.class).writeValueAsString(state));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("states are plain data", e);
        }
    }

    /** Returns the resources that match the desired state. */
    public static List<Map<String, Object>> unchanged(Plan plan) {
        return plan.unchanged().stream()
                .map(target -> resource("none", target.resource()))
                .toList();
    }

    /** Returns the paths of the locally edited files. */
    public static List<String> edited(List<LocalEdit> edits) {
        return edits.stream().map(edit -> edit.file().name()).toList();
    }

    private static Map<String, Object> resource(String change, Resource resource) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("change", change);
        fields.put("id", resource.id());
        fields.put("name", resource.name());
        return fields;
    }

    /** Returns checks without results, for a list. */
    public static List<Map<String, Object>> checks(List<Check> checks) {
        return checks.stream().map(Json::check).toList();
    }

    private static Map<String, Object> check(Check check) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", check.id());
        fields.put("claim", check.claim());
        fields.put("needsServer", check.has(Check.Trait.SERVER));
        fields.put("needsModel", check.has(Check.Trait.MODEL));
        return fields;
    }

    /** Returns the results of checks. */
    public static List<Map<String, Object>> verdicts(List<Verdict> verdicts) {
        return verdicts.stream().map(Json::verdict).toList();
    }

    private static Map<String, Object> verdict(Verdict verdict) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", verdict.id());
        fields.put("claim", verdict.claim());
        Outcome outcome = verdict.outcome();
        fields.put("outcome", word(outcome.status()));
        fields.put("milliseconds", verdict.took().toMillis());
        switch (outcome.status()) {
            case PASSED -> fields.put("evidence", outcome.evidence());
            case WARNING -> {
                fields.put("evidence", outcome.evidence());
                fields.put("advice", outcome.advice());
            }
            case FAILED -> {
                fields.put("evidence", outcome.evidence());
                fields.put("fix", outcome.advice());
            }
            case SKIPPED, INCONCLUSIVE -> fields.put("reason", outcome.evidence());
        }
        return fields;
    }
}
