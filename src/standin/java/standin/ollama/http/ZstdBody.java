package standin.ollama.http;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;

/** Decompresses a zstd body, which Ollama accepts where a request may be for its cloud and which Codex sends. */
final class ZstdBody {
    /** Limit of a decompressed body, as in Ollama. */
    private static final int MAX_BYTES = 20 << 20;

    private ZstdBody() {}

    /** @throws ApiError 400 in the native format, because the decoder runs before all routes */
    static byte[] decompress(byte[] compressed) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
            byte[] body = in.readNBytes(MAX_BYTES + 1);
            if (body.length > MAX_BYTES) {
                throw error("http: request body too large");
            }
            return body;
        } catch (ZstdIOException e) {
            // The library does not tell a body that is cut off from one that is corrupt.
            boolean isOther = e.getErrorCode() == Zstd.errPrefixUnknown();
            throw error(isOther ? "invalid input: magic number mismatch" : "unexpected EOF");
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can always be read", e);
        }
    }

    private static ApiError error(String message) {
        return ApiError.withBody(400, GoJson.object().put("error", message));
    }
}
