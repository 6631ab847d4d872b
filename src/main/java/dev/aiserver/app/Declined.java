package dev.aiserver.app;

import dev.aiserver.server.CommandOutcome;

/** You did not confirm the changes, or did not decide about local edits. Nothing was changed. */
public record Declined() implements InstallResult, UninstallResult {

    @Override
    public CommandOutcome outcome() {
        return CommandOutcome.FAILED;
    }

    @Override
    public <T> T to(InstallResult.Cases<T> cases) {
        return cases.declined();
    }

    @Override
    public <T> T to(UninstallResult.Cases<T> cases) {
        return cases.declined();
    }
}
