package dev.aiserver.spec;

/**
 * One thing that a client may call: an exact method and an exact path. A path that ends in {@link #MODEL} stands for
 * the same path with one model name in that place; such a name has no slash, because Ollama's router knows none there.
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
