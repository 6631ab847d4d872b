package dev.aiserver.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.JsonLimits;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.LocalEdit;
import dev.aiserver.server.Install;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A plan as it was written to a file: what it was made from, and every change that it names. */
public final class SavedPlan {
    private static final JsonMapper JSON = JsonLimits.mapper().build();

    private final String file;
    private final Install.InstallRequest wish;
    private final JsonNode changes;

    private SavedPlan(String file, Install.InstallRequest wish, JsonNode changes) {
        this.file = file;
        this.wish = wish;
        this.changes = changes;
    }

    /** What is written to the file. */
    public static String of(Install.PlannedInstall proposal) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", proposal.header().version());
        fields.put("configuration", proposal.spec().asConfiguration());
        fields.put("edits", proposal.editPolicy());
        fields.put("changes", Json.changes(proposal.plan()));
        return Json.document("plan", "planned", fields);
    }

    /**
     * @param file for sentences
     * @throws UserError of configuration when it is no plan
     */
    public static SavedPlan parse(String file, String text) {
        try {
            JsonNode document = JSON.readTree(text);
            if (!document.path("outcome").asText().equals("planned") || !document.has("configuration")) {
                throw noPlan(file);
            }
            ServerSpec spec =
                    SpecReader.read(file, document.path("configuration").toString());
            LocalEdit.Policy edits =
                    LocalEdit.Policy.valueOf(document.path("edits").asText());
            return new SavedPlan(file, new Install.InstallRequest(Optional.of(spec), edits), document.path("changes"));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw noPlan(file);
        }
    }

    private static UserError noPlan(String file) {
        return new UserError(
                UserError.Kind.CONFIGURATION,
                file + " is no saved plan; make one with \"aiserver plan --out " + file + "\".");
    }

    public Install.InstallRequest wish() {
        return wish;
    }

    /** @throws UserError that names what differs, when the machine or this program is no longer as it was */
    public void requireSame(Install.PlannedInstall proposal) {
        JsonNode now = JSON.valueToTree(Json.changes(proposal.plan()));
        if (!now.equals(changes)) {
            List<String> differing = new ArrayList<>(missing(changes, now));
            missing(now, changes).stream()
                    .filter(name -> !differing.contains(name))
                    .forEach(differing::add);
            throw new UserError("The machine has moved on since the plan " + file + " was made; this differs now: "
                    + String.join(", ", differing) + ". Nothing was changed; make a new plan.");
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
