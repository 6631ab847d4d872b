package dev.aiserver.host.ssh;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Answers prompts with the given secrets in order, confirms everything or nothing, and records the prompts. */
final class FakePrompter implements Prompter {
    private final boolean agrees;
    private final Deque<String> secrets;
    private final List<String> asked = new ArrayList<>();

    FakePrompter(boolean agrees, String... secrets) {
        this.agrees = agrees;
        this.secrets = new ArrayDeque<>(List.of(secrets));
    }

    List<String> asked() {
        return asked;
    }

    @Override
    public Optional<char[]> secret(String prompt) {
        asked.add(prompt);
        return Optional.ofNullable(secrets.poll()).map(String::toCharArray);
    }

    @Override
    public boolean confirm(String question) {
        asked.add(question);
        return agrees;
    }
}
