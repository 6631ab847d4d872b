package standin.ollama.generation;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import standin.ollama.go.ApiError;

/**
 * Holds an image in a request; its content is ignored.
 *
 * @param readable true if the engine recognizes the file format
 */
public record Image(boolean readable) {
    private static final List<String> SIGNATURES = List.of("\u0089PNG\r\n", "\u00ff\u00d8\u00ff", "GIF8", "BM", "RIFF");
    private static final List<String> URLS = List.of(
            "data:;base64,",
            "data:image/jpeg;base64,",
            "data:image/jpg;base64,",
            "data:image/png;base64,",
            "data:image/webp;base64,");

    /**
     * Reads an image from a data URL; the server fetches nothing.
     *
     * @throws ApiError 400 for any other URL
     */
    public static Image ofUrl(String url) {
        if (url.startsWith("http://") || url.startsWith("https://")) {
            throw new ApiError(400, "image URLs are not currently supported, please use base64 encoded data instead");
        }
        ApiError invalid = new ApiError(400, "invalid image input");
        String prefix = URLS.stream().filter(url::startsWith).findFirst().orElseThrow(() -> invalid);
        return ofBase64(url.substring(prefix.length()), invalid);
    }

    /** @throws ApiError {@code invalid}, if the text is not valid base64 */
    public static Image ofBase64(String base64, ApiError invalid) {
        String text = base64.replace("\n", "").replace("\r", "");
        if (text.length() % 4 != 0) {
            throw invalid;
        }
        try {
            String bytes = new String(Base64.getDecoder().decode(text), StandardCharsets.ISO_8859_1);
            return new Image(SIGNATURES.stream().anyMatch(bytes::startsWith));
        } catch (IllegalArgumentException e) {
            throw invalid;
        }
    }
}
