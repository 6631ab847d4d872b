package dev.aiserver.ollama;

import java.time.OffsetDateTime;

/**
 * A model in the memory of the server.
 *
 * @param size in bytes
 * @param sizeOnGpu in bytes, of {@code size}
 * @param contextLength in tokens, as really allocated
 * @param expiresAt when it is unloaded if nobody asks for it
 */
public record LoadedModel(
        String name, String digest, long size, long sizeOnGpu, long contextLength, OffsetDateTime expiresAt) {

    /** Ollama says "for ever" as a date some three hundred years away. */
    public boolean neverExpires() {
        return expiresAt.isAfter(OffsetDateTime.now(expiresAt.getOffset()).plusYears(1));
    }

    public int percentOnGpu() {
        return size == 0 ? 0 : (int) (100 * sizeOnGpu / size);
    }
}
