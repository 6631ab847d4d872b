package dev.aiserver.resource;

import dev.aiserver.host.Content;
import java.util.HashMap;
import java.util.Map;

/** File contents by their digest: what is to be written, and what was read and may have to come back. */
public final class Contents {
    private final Map<String, Content> byDigest = new HashMap<>();

    /** Keeps it and says its digest. */
    public String add(Content content) {
        String digest = content.digest();
        byDigest.put(digest, content);
        return digest;
    }

    public Content get(String digest) {
        Content content = byDigest.get(digest);
        if (content == null) {
            throw new IllegalStateException("no content with digest " + digest);
        }
        return content;
    }

    public boolean has(String digest) {
        return byDigest.containsKey(digest);
    }
}
