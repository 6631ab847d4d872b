package standin.ollama.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import standin.ollama.go.ApiError;

/** Holds a model name in its four parts; Ollama fills in the parts that a user leaves out. */
public record ModelReference(String host, String namespace, String model, String tag) {
    private static final String DEFAULT_HOST = "registry.ollama.ai";
    private static final String DEFAULT_NAMESPACE = "library";
    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}";

    /** Parses a name; empty if the text is not a valid model name. A valid name is also safe as a path. */
    public static Optional<ModelReference> parse(String text) {
        int colon = text.indexOf(':', text.lastIndexOf('/') + 1);
        String tag = colon < 0 ? "latest" : text.substring(colon + 1);
        List<String> parts = List.of((colon < 0 ? text : text.substring(0, colon)).split("/", -1));
        int count = parts.size();
        if (count > 3) {
            return Optional.empty();
        }
        ModelReference name = new ModelReference(
                count == 3 ? parts.get(0) : DEFAULT_HOST,
                count >= 2 ? parts.get(count - 2) : DEFAULT_NAMESPACE,
                parts.get(count - 1),
                tag);
        boolean valid = name.host.matches("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}")
                && name.namespace.matches("[A-Za-z0-9_][A-Za-z0-9_-]{0,79}")
                && name.model.matches(PART)
                && name.tag.matches(PART);
        return valid ? Optional.of(name) : Optional.empty();
    }

    /** @throws ApiError 400 if the text is not a valid model name */
    public static ModelReference of(String text) {
        return parse(text).orElseThrow(() -> new ApiError(400, "invalid model name"));
    }

    /** Returns true if the name is that of a model that runs at ollama.com. */
    public static boolean isCloud(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
        return colon >= 0 && (name.substring(colon).equals(":cloud") || name.endsWith("-cloud"));
    }

    /** Returns the name as lists show it: with its tag, without a default host and namespace. */
    public String display() {
        if (!host.equals(DEFAULT_HOST)) {
            return host + "/" + namespace + "/" + model + ":" + tag;
        }
        return (namespace.equals(DEFAULT_NAMESPACE) ? "" : namespace + "/") + model + ":" + tag;
    }

    public String full() {
        return host + "/" + namespace + "/" + model + ":" + tag;
    }

    boolean same(ModelReference other) {
        return full().equalsIgnoreCase(other.full());
    }
}
