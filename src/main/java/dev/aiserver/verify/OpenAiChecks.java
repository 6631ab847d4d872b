package dev.aiserver.verify;

import java.util.List;

final class OpenAiChecks {
    private OpenAiChecks() {}

    static List<Check> all(Client client) {
        return List.of();
    }
}
