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
 * Lists the models of a server.
 *
 * @param names names of all models that Ollama lists
 * @param installed models on this server, smallest first, without cloud models
 */
record Models(Set<String> names, List<Model> installed) {

    /** Names the abilities of models as Ollama does. */
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

        /** Returns the name of a model with this ability. */
        String example() {
            return example;
        }
    }

    /**
     * Describes one installed model.
     *
     * @param size size in bytes
     */
    record Model(String name, long size, Set<String> abilities) {}

    /** Reads the models of a server through its proxy. */
    static Models of(VerifyContext context) throws IOException {
        Set<String> names = new TreeSet<>();
        List<Model> models = new ArrayList<>();
        RawHttpResponse tags = context.send(RawHttpRequest.get("/api/tags", context.host()));
        if (tags.status() != 200) {
            throw new IOException("GET /api/tags returns " + ProxyResponses.shown(tags));
        }
        for (JsonNode entry : ProxyResponses.json(tags).path("models")) {
            String name = entry.path("name").asText();
            names.add(name);
            if (!entry.has("remote_model")) {
                models.add(new Model(name, entry.path("size").asLong(), abilities(context, name, entry)));
            }
        }
        models.sort(Comparator.comparingLong(Model::size));
        return new Models(Set.copyOf(names), List.copyOf(models));
    }

    /** Older versions of Ollama report capabilities only for a single model ({@code /api/show}). */
    private static Set<String> abilities(VerifyContext context, String name, JsonNode entry) throws IOException {
        JsonNode details = entry.has("capabilities")
                ? entry
                : ProxyResponses.json(context.send(
                        RawHttpRequest.post("/api/show", context.host(), ProxyResponses.object("model", name))));
        Set<String> abilities = new HashSet<>();
        details.path("capabilities").forEach(ability -> abilities.add(ability.asText()));
        return abilities;
    }

    /** Returns the names of the installed models with this ability, smallest first. */
    List<String> with(Ability ability) {
        return installed.stream()
                .filter(model -> model.abilities().contains("completion")
                        && model.abilities().contains(ability.key))
                .map(Model::name)
                .toList();
    }
}
