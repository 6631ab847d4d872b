package dev.aiserver.agent;

/** What a service of somebody else runs. */
public enum ServerProgram {
    OLLAMA("Ollama"),
    HAPROXY("HAProxy");

    private final String title;

    ServerProgram(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
