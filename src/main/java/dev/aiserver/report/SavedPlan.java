package dev.aiserver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.server.CommandOutcome;
import dev.aiserver.server.Install;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds a plan saved to a file: what it was made from, and every change. */
public final class SavedPlan {
    private static final JsonMapper JSON = JsonLimits.mapper().build();

    private final String file;
    private final Install.InstallRequest request;
    private final JsonNode changes;

    private SavedPlan(String file, Install.InstallRequest request, JsonNode changes) {
        this.file = file;
        this.request = request;
        this.changes = changes;
    }

    /** Returns the content of the file. */
    public static String of(Install.PlannedInstall planned) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", planned.header().version());
        fields.put("configuration", planned.spec().asConfiguration());
        fields.put("edits", planned.editPolicy());
        fields.put("changes", Json.changes(planned.plan()));
        return Json.text(Json.document("plan", CommandOutcome.PLANNED, fields));
    }

    /**
     * Returns the plan in the text of a file.
     *
     * @param file named in errors
     * @throws UserError of kind CONFIGURATION if the text is not a saved plan
     */
    public static SavedPlan parse(String file, String text) {
        try {
            JsonNode document = JSON.readTree(text);
            if (!document.path("outcome").asText().equals(Json.word(CommandOutcome.PLANNED))
                    || !document.has("configuration")) {
                throw notAPlan(file);
            }
            ServerSpec spec =
                    SpecReader.read(file, document.path("configuration").toString());
            LocalEdit.Policy edits =
                    LocalEdit.Policy.valueOf(document.path("edits").asText());
            return new SavedPlan(file, new Install.InstallRequest(Optional.of(spec), edits), document.path("changes"));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw notAPlan(file);
        }
    }

    private static UserError notAPlan(String file) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                file + " is not a saved plan. Make one with \"aiserver plan --out " + file + "\".");
    }

    /** Returns what the plan was made from. */
    public Install.InstallRequest request() {
        return request;
    }

    /** @throws UserError that names the differences, if the host or aiserver has changed since the plan was saved */
    public void requireSame(Install.PlannedInstall planned) {
        JsonNode current = JSON.valueToTree(Json.changes(planned.plan()));
        if (!current.equals(changes)) {
            List<String> differing = new ArrayList<>(missing(changes, current));
            missing(current, changes).stream()
                    .filter(name -> !differing.contains(name))
                    .forEach(differing::add);
            throw new UserError("The host has changed since the plan " + file + " was saved. Different: "
                    + String.join(", ", differing) + ". Nothing was changed. Make a new plan.");
        }
    }

    private static List<String> missing(JsonNode here, JsonNode there) {
        List<JsonNode> others = new ArrayList<>();
        there.forEach(others::add);
        List<String> names = new ArrayList<>();
        here.forEach(change -> {
            if (!others.contains(change)) {
                names.add(change.path("name").asText());
            }
        });
        return names;
    }
}
