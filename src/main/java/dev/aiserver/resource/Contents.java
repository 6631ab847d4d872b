package dev.aiserver.resource;

import dev.aiserver.host.Content;
import java.util.HashMap;
import java.util.Map;

/** File contents by SHA-256 digest: new contents to write, and old contents that a rollback or uninstall may restore. */
public final class Contents {
    private final Map<String, Content> byDigest = new HashMap<>();

    /** Stores a content and returns its digest. */
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
