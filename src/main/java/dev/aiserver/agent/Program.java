package dev.aiserver.agent;

/** What a service of somebody else runs. */
public enum Program {
    OLLAMA("Ollama"),
    HAPROXY("HAProxy");

    private final String title;

    Program(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
