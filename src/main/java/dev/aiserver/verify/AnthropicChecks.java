package dev.aiserver.verify;

import java.util.List;

final class AnthropicChecks {
    private AnthropicChecks() {}

    static List<Check> all(Client client) {
        return List.of();
    }
}
