package dev.aiserver.existing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.ServerSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarriedSettingsTest {
    private static LaunchAgent ollama(String... assignments) {
        return agent("ollama serve", assignments);
    }

    private static LaunchAgent agent(String command, String... assignments) {
        return new LaunchAgent("x", command, "", variables(assignments), true);
    }

    private static Map<String, String> variables(String... assignments) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        return variables;
    }

    /**
     * @param found a variable of the existing service
     * @param chosen a variable in the configuration
     * @param kept the resulting variable
     * @param note the sentence about it
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            OLLAMA_FLASH_ATTENTION=1     | -                        | OLLAMA_FLASH_ATTENTION=1 | Ollama keeps these settings of the existing service: OLLAMA_FLASH_ATTENTION=1.
            OLLAMA_MODELS=/Volumes/ai    | -                        | OLLAMA_MODELS=/Volumes/ai | Ollama keeps these settings of the existing service: OLLAMA_MODELS=/Volumes/ai.
            OLLAMA_MODELS=models         | OLLAMA_MODELS=/Volumes/x | OLLAMA_MODELS=/Volumes/x | -
            OLLAMA_KEEP_ALIVE=30m        | -                        | OLLAMA_KEEP_ALIVE=30m    | Ollama keeps these settings of the existing service: OLLAMA_KEEP_ALIVE=30m.
            OLLAMA_KEEP_ALIVE=30m        | OLLAMA_KEEP_ALIVE=-1     | OLLAMA_KEEP_ALIVE=-1     | -
            OLLAMA_CONTEXT_LENGTH=many   | -                        | -                        | setting OLLAMA_CONTEXT_LENGTH is dropped: OLLAMA_CONTEXT_LENGTH: "many" is not a whole number
            OLLAMA_ORIGINS=*             | -                        | -                        | setting OLLAMA_ORIGINS is dropped: OLLAMA_ORIGINS cannot be set: the proxy decides
            OLLAMA_NO_CLOUD=0            | -                        | -                        | setting OLLAMA_NO_CLOUD is dropped: OLLAMA_NO_CLOUD is 1 unless
            OLLAMA_NO_CLOUD=1            | -                        | -                        | -
            OLLAMA_HOST=0.0.0.0          | -                        | -                        | -
            HOME=/Users/ann              | -                        | -                        | -
            HF_TOKEN=hf_0123456789abcdef | -                        | -                        | setting HF_TOKEN is dropped: HF_TOKEN looks like a secret
            LD_PRELOAD=/tmp/x.so         | -                        | -                        | setting LD_PRELOAD is dropped: LD_PRELOAD is not an Ollama variable
            """)
    void keepsWhatOllamaAcceptsAndReportsTheRest(String found, String chosen, String kept, String note) {
        ServerSpec spec = ServerSpec.defaults().withSettings(chosen == null ? Map.of() : variables(chosen));
        CarriedSettings carried = CarriedSettings.of(List.of(ollama(found)));

        ServerSpec with = carried.in(spec);

        assertThat(with.ollama().environment()).isEqualTo(kept == null ? Map.of() : variables(kept));
        String sentences = carried.sentences(with).stream().collect(Collectors.joining("\n"));
        assertThat(sentences).contains(note == null ? "" : note).doesNotContain("0123456789abcdef");
        assertThat(sentences.isEmpty()).isEqualTo(note == null);
    }

    @Test
    void theFirstOllamaAgentTakesPrecedence() {
        CarriedSettings carried = CarriedSettings.of(List.of(
                agent("haproxy -f x", "OLLAMA_FLASH_ATTENTION=0"),
                ollama("OLLAMA_NUM_PARALLEL=4"),
                ollama("OLLAMA_NUM_PARALLEL=2", "OLLAMA_MAX_QUEUE=9")));
        assertThat(carried.kept()).isEqualTo(Map.of("OLLAMA_NUM_PARALLEL", "4", "OLLAMA_MAX_QUEUE", "9"));
    }

    @Test
    void aModelsFolderThatCannotBeTakenOverIsAnError() {
        assertThatThrownBy(() -> CarriedSettings.of(List.of(ollama("OLLAMA_MODELS=~/models")))
                        .in(ServerSpec.defaults()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("OLLAMA_MODELS: \"~/models\" is not the absolute path of a folder")
                .hasMessageContaining("set ollama.environment.OLLAMA_MODELS in the configuration");
    }
}
