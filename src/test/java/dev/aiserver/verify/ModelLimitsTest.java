package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.ModelStore;

/** A model's limits are reported as the model's, not as failures of the server. */
@Tag("haproxy")
class ModelLimitsTest {
    private static final CatalogueModel LOOP = CatalogueModel.of("loop", 1_000, "llama", 65_536, "completion")
            .answering(Collections.nCopies(300, " word"));

    @TempDir
    private Path root;

    private Map<String, Outcome> verify(CatalogueModel... models) throws Exception {
        try (World world = new World(root)) {
            ModelStore store = ModelStore.open(root.resolve("models"));
            List.of(models).forEach(store::add);
            return world.verify("openai.*", "anthropic.*").stream()
                    .filter(verdict ->
                            verdict.id().startsWith("openai.") || verdict.id().startsWith("anthropic."))
                    .filter(verdict -> !verdict.id().equals("anthropic.count-tokens"))
                    .collect(Collectors.toMap(Verdict::id, Verdict::outcome));
        }
    }

    private static boolean isFailure(Outcome outcome) {
        return outcome instanceof Outcome.Failed || outcome instanceof Outcome.Inconclusive;
    }

    @Test
    void aModelThatRepeatsItselfIsAWarningOnly() throws Exception {
        Map<String, Outcome> outcomes = verify(LOOP);
        assertThat(outcomes.values()).noneMatch(ModelLimitsTest::isFailure);
        assertThat(outcomes)
                .extractingByKeys(
                        "openai.chat",
                        "openai.chat.stream",
                        "openai.chat.usage",
                        "openai.chat.json",
                        "openai.responses",
                        "openai.responses.stream",
                        "anthropic.messages",
                        "anthropic.turns",
                        "anthropic.stream")
                .allMatch(outcome -> outcome instanceof Outcome.Warned warned
                        && warned.evidence().startsWith("loop:latest repeats itself; Ollama stops")
                        && warned.advice().contains("aiserver warm-models llama3.2:1b"));
    }

    @Test
    void theNextModelIsUsedIfOneRepeatsItself() throws Exception {
        Map<String, Outcome> outcomes = verify(LOOP, CatalogueModel.of("fine", 2_000, "llama", 65_536, "completion"));
        assertThat(outcomes.values()).noneMatch(ModelLimitsTest::isFailure).noneMatch(Outcome.Warned.class::isInstance);
        assertThat(String.valueOf(outcomes.get("openai.chat"))).contains("fine:latest");
    }

    @Test
    void aModelWithOnlyAJinjaTemplateReturnsJsonForASchemaOnly() throws Exception {
        Map<String, Outcome> outcomes = verify(
                CatalogueModel.of("jinja", 1_000, "llama", 65_536, "completion").withJinjaOnly());
        assertThat(outcomes.values()).noneMatch(ModelLimitsTest::isFailure);
        assertThat(outcomes.get("openai.chat.json"))
                .isInstanceOfSatisfying(
                        Outcome.Warned.class,
                        warned -> assertThat(warned.evidence())
                                .contains("\"json_object\" has no effect on jinja:latest"));
    }
}
