package dev.aiserver.agent;

/** The program that another service runs. */
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
