package dev.aiserver.server;

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

    /** @param theirs of a service that is taken over, besides what no case is about */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            OLLAMA_FLASH_ATTENTION=1     | -                        | OLLAMA_FLASH_ATTENTION=1 | goes on with the settings that it had: OLLAMA_FLASH_ATTENTION=1.
            OLLAMA_MODELS=/Volumes/ai    | -                        | OLLAMA_MODELS=/Volumes/ai | goes on with the settings that it had: OLLAMA_MODELS=/Volumes/ai.
            OLLAMA_MODELS=models         | OLLAMA_MODELS=/Volumes/x | OLLAMA_MODELS=/Volumes/x | -
            OLLAMA_KEEP_ALIVE=30m        | -                        | OLLAMA_KEEP_ALIVE=30m    | goes on with the settings that it had: OLLAMA_KEEP_ALIVE=30m.
            OLLAMA_KEEP_ALIVE=30m        | OLLAMA_KEEP_ALIVE=-1     | OLLAMA_KEEP_ALIVE=-1     | -
            OLLAMA_CONTEXT_LENGTH=many   | -                        | -                        | loses the setting OLLAMA_CONTEXT_LENGTH that it had: OLLAMA_CONTEXT_LENGTH: "many" is not a whole number
            OLLAMA_ORIGINS=*             | -                        | -                        | loses the setting OLLAMA_ORIGINS that it had: OLLAMA_ORIGINS cannot be set: the proxy decides
            OLLAMA_NO_CLOUD=0            | -                        | -                        | loses the setting OLLAMA_NO_CLOUD that it had: OLLAMA_NO_CLOUD is 1 unless
            OLLAMA_NO_CLOUD=1            | -                        | -                        | -
            OLLAMA_HOST=0.0.0.0          | -                        | -                        | -
            HOME=/Users/ann              | -                        | -                        | -
            HF_TOKEN=hf_0123456789abcdef | -                        | -                        | loses the setting HF_TOKEN that it had: HF_TOKEN is a secret
            LD_PRELOAD=/tmp/x.so         | -                        | -                        | loses the setting LD_PRELOAD that it had: LD_PRELOAD is not a variable of Ollama
            """)
    void whatOllamaTakesIsKeptAndTheRestIsNamed(String theirs, String chosen, String ours, String said) {
        ServerSpec spec = ServerSpec.defaults().withSettings(chosen == null ? Map.of() : variables(chosen));
        CarriedSettings carried = CarriedSettings.of(List.of(ollama(theirs)));

        ServerSpec with = carried.in(spec);

        assertThat(with.ollama().environment()).isEqualTo(ours == null ? Map.of() : variables(ours));
        String sentences = carried.sentences(with).stream().collect(Collectors.joining("\n"));
        assertThat(sentences).contains(said == null ? "" : "Ollama " + said).doesNotContain("0123456789abcdef");
        assertThat(sentences.isEmpty()).isEqualTo(said == null);
    }

    @Test
    void theFirstDecidesAndWhatRunsNoOllamaSaysNothing() {
        CarriedSettings carried = CarriedSettings.of(List.of(
                agent("haproxy -f x", "OLLAMA_FLASH_ATTENTION=0"),
                ollama("OLLAMA_NUM_PARALLEL=4"),
                ollama("OLLAMA_NUM_PARALLEL=2", "OLLAMA_MAX_QUEUE=9")));
        assertThat(carried.kept()).isEqualTo(Map.of("OLLAMA_NUM_PARALLEL", "4", "OLLAMA_MAX_QUEUE", "9"));
    }

    @Test
    void modelsAreNotLeftBehindWithoutAWord() {
        assertThatThrownBy(() -> CarriedSettings.of(List.of(ollama("OLLAMA_MODELS=~/models")))
                        .in(ServerSpec.defaults()))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("OLLAMA_MODELS: \"~/models\" is not the absolute path of a folder")
                .hasMessageContaining("say where the models shall be, as ollama.environment.OLLAMA_MODELS");
    }
}
