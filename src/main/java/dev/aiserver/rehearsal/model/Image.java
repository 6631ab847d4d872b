package dev.aiserver.rehearsal.model;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A picture in a request. What it shows is nobody's concern here.
 *
 * @param readable whether the engine can tell what kind of file it is
 */
record Image(boolean readable) {
    private static final List<String> BEGINNINGS = List.of("\u0089PNG\r\n", "\u00ff\u00d8\u00ff", "GIF8", "BM", "RIFF");
    private static final List<String> URLS = List.of(
            "data:;base64,",
            "data:image/jpeg;base64,",
            "data:image/jpg;base64,",
            "data:image/png;base64,",
            "data:image/webp;base64,");

    /**
     * Only what is in the request itself: the server fetches nothing.
     *
     * @throws ApiError 400 for anything else
     */
    static Image ofUrl(String url) {
        if (url.startsWith("http://") || url.startsWith("https://")) {
            throw new ApiError(400, "image URLs are not currently supported, please use base64 encoded data instead");
        }
        ApiError invalid = new ApiError(400, "invalid image input");
        String beginning = URLS.stream().filter(url::startsWith).findFirst().orElseThrow(() -> invalid);
        return ofBase64(url.substring(beginning.length()), invalid);
    }

    /** @throws ApiError this one for what is no base64 */
    static Image ofBase64(String base64, ApiError invalid) {
        String text = base64.replace("\n", "").replace("\r", "");
        if (text.length() % 4 != 0) {
            throw invalid;
        }
        try {
            String bytes = new String(Base64.getDecoder().decode(text), StandardCharsets.ISO_8859_1);
            return new Image(BEGINNINGS.stream().anyMatch(bytes::startsWith));
        } catch (IllegalArgumentException e) {
            throw invalid;
        }
    }
}
