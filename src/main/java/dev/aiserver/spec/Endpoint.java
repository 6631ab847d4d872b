package dev.aiserver.spec;

/**
 * An HTTP endpoint that clients may call: an exact method and an exact path. In a path that ends in {@link #MODEL}, that
 * part stands for one model name. The name has no slash, because Ollama's router matches a single path segment there.
 */
public record Endpoint(String method, String path) {

    public static final String MODEL = "{model}";

    static Endpoint of(String methodAndPath) {
        String[] parts = methodAndPath.split(" ");
        return new Endpoint(parts[0], parts[1]);
    }

    public boolean namesModel() {
        return path.endsWith(MODEL);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
