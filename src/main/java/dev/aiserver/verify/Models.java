package dev.aiserver.verify;

import com.fasterxml.jackson.databind.JsonNode;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.RawHttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The installed models.
 *
 * @param names of all that Ollama lists
 * @param installed those that can be asked something, the smallest first; those of the cloud are none of ours
 */
record Models(Set<String> names, List<Model> installed) {

    /** What a model can do, as Ollama names it. */
    enum Ability {
        COMPLETION("completion", "llama3.2:1b"),
        TOOLS("tools", "llama3.2:1b"),
        THINKING("thinking", "qwen3:0.6b"),
        VISION("vision", "llava");

        private final String key;
        private final String example;

        Ability(String key, String example) {
            this.key = key;
            this.example = example;
        }

        /** A model that has it. */
        String example() {
            return example;
        }
    }

    /** @param size in bytes */
    record Model(String name, long size, Set<String> abilities) {}

    /** Asks a server through its proxy. */
    static Models of(VerifyContext subject) throws IOException {
        Set<String> names = new TreeSet<>();
        List<Model> models = new ArrayList<>();
        RawHttpResponse tags = subject.send(RawHttpRequest.get("/api/tags", subject.host()));
        if (tags.status() != 200) {
            throw new IOException("GET /api/tags gets " + ProxyResponses.shown(tags));
        }
        for (JsonNode entry : ProxyResponses.json(tags).path("models")) {
            String name = entry.path("name").asText();
            names.add(name);
            if (!entry.has("remote_model")) {
                models.add(new Model(name, entry.path("size").asLong(), abilities(subject, name, entry)));
            }
        }
        models.sort(Comparator.comparingLong(Model::size));
        return new Models(Set.copyOf(names), List.copyOf(models));
    }

    /** Older versions tell the capabilities of one model only. */
    private static Set<String> abilities(VerifyContext subject, String name, JsonNode entry) throws IOException {
        JsonNode told = entry.has("capabilities")
                ? entry
                : ProxyResponses.json(subject.send(
                        RawHttpRequest.post("/api/show", subject.host(), ProxyResponses.object("model", name))));
        Set<String> abilities = new HashSet<>();
        told.path("capabilities").forEach(ability -> abilities.add(ability.asText()));
        return abilities;
    }

    /** Those that have it, the smallest first. */
    List<String> with(Ability ability) {
        return installed.stream()
                .filter(model -> model.abilities().contains("completion")
                        && model.abilities().contains(ability.key))
                .map(Model::name)
                .toList();
    }
}
