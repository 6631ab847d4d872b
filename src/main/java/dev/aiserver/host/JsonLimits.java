package dev.aiserver.host;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Limits for JSON from other programs. A document beyond them is rejected and cannot exhaust the stack or memory. */
public final class JsonLimits {
    /** Levels of nesting. */
    private static final int MAX_DEPTH = 200;

    /** Tailscale's status has some hundred tokens for each machine of the tailnet. */
    private static final int MAX_TOKENS = 2_000_000;

    /** In digits. */
    private static final int MAX_NUMBER_LENGTH = 100;

    private static final int MAX_NAME_LENGTH = 10_000;
    private static final int MAX_TEXT_LENGTH = 16 << 20;

    private JsonLimits() {}

    /** Returns a JSON mapper with these limits. Reading beyond them throws {@code JsonProcessingException}. */
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder(JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxTokenCount(MAX_TOKENS)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .maxNameLength(MAX_NAME_LENGTH)
                        .maxStringLength(MAX_TEXT_LENGTH)
                        .maxDocumentLength(2L * MAX_TEXT_LENGTH)
                        .build())
                .build());
    }
}
