package dev.aiserver.host;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** How much of a document by others is read: more is a mistake of the document, not the end of the stack or memory. */
public final class JsonLimits {
    /** Levels within one another. */
    private static final int MAX_DEPTH = 200;

    /** A status of Tailscale has some hundred for each machine of the tailnet. */
    private static final int MAX_TOKENS = 2_000_000;

    /** Digits of a number. */
    private static final int MAX_NUMBER_LENGTH = 100;

    private static final int MAX_NAME_LENGTH = 10_000;
    private static final int MAX_TEXT_LENGTH = 16 << 20;

    private JsonLimits() {}

    /** A reader of JSON that keeps to them; what goes beyond is a {@code JsonProcessingException}. */
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
