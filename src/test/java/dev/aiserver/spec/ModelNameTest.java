package dev.aiserver.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            llama3.2,                        llama3.2:latest,                 false
            llama3.2:3b,                     llama3.2:3b,                     false
            _own,                            _own:latest,                     false
            library/qwen3,                   qwen3:latest,                    false
            registry.ollama.ai/library/qwen3,           qwen3:latest,         false
            Registry.Ollama.AI/Library/qwen3:8b,        qwen3:8b,             false
            registry.ollama.ai/me/mine,                 me/mine:latest,       false
            example.com/library/mine,        example.com/library/mine:latest, false
            me/mine,                         me/mine:latest,                  false
            hf.co/unsloth/Qwen3-GGUF:Q4_K_M, hf.co/unsloth/Qwen3-GGUF:Q4_K_M, false
            localhost:5000/me/mine,          localhost:5000/me/mine:latest,   false
            localhost:5000/me/mine:cloud,    localhost:5000/me/mine:cloud,    true
            gpt-oss:cloud,                   gpt-oss:cloud,                   true
            gpt-oss:120b-cloud,              gpt-oss:120b-cloud,              true
            gpt-oss:120B-Cloud,              gpt-oss:120B-Cloud,              true
            gpt-oss:cloudy,                  gpt-oss:cloudy,                  false
            my-cloud,                        my-cloud:latest,                 false
            """)
    void normalizesNamesAndDetectsCloudModels(String name, String listed, boolean cloud) {
        assertThat(ModelName.isValid(name)).isTrue();
        assertThat(ModelName.asListed(name)).isEqualTo(listed);
        assertThat(ModelName.isCloud(name)).isEqualTo(cloud);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a\n",
                "-a",
                ".a",
                "/a",
                "a/",
                "a//b",
                "a/b/c/d",
                "../a",
                "a:",
                ":a",
                "a:b:c",
                "a:b/",
                "a?b",
                "a#b",
                "a%20b",
                "a;b",
                "$(a)",
                "'a'",
                "\"a\"",
                "ä",
                "a@sha256:00"
            })
    void rejectsNamesThatAreUnsafeInAPathOrShell(String name) {
        assertThat(ModelName.isValid(name)).isFalse();
    }

    @Test
    void limitsTheLength() {
        assertThat(ModelName.isValid("a".repeat(255))).isTrue();
        assertThat(ModelName.isValid("a".repeat(256))).isFalse();
    }
}
