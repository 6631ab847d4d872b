package dev.aiserver.ollama;

import java.time.OffsetDateTime;

/**
 * A model in the server's memory.
 *
 * @param size in bytes
 * @param sizeOnGpu in bytes, of {@code size}
 * @param contextLength in tokens, as actually allocated
 * @param expiresAt when Ollama unloads it if no request uses it
 */
public record LoadedModel(
        String name, String digest, long size, long sizeOnGpu, long contextLength, OffsetDateTime expiresAt) {

    /** Returns whether the model stays loaded forever, which Ollama reports as a date about 300 years from now. */
    public boolean neverExpires() {
        return expiresAt.isAfter(OffsetDateTime.now(expiresAt.getOffset()).plusYears(1));
    }

    public int percentOnGpu() {
        return size == 0 ? 0 : (int) (100 * sizeOnGpu / size);
    }
}
