package dev.aiserver.cli;

import dev.aiserver.app.Installer;
import dev.aiserver.app.Uninstaller;
import dev.aiserver.app.Verifier;
import dev.aiserver.layout.Layout;
import dev.aiserver.models.WarmEvent;
import dev.aiserver.models.WarmLimits;
import dev.aiserver.models.WarmModels;
import dev.aiserver.report.ShellPath;
import dev.aiserver.server.Installation;
import dev.aiserver.server.Status;
import dev.aiserver.server.SupportInfo;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Represents a host on which every use case fails with this error. */
record NoUseCases(Supplier<Throwable> failure) implements UseCases {

    private <T> T fail() {
        return NoUseCases.<RuntimeException, T>thrown(failure.get());
    }

    /** Throws any exception as an unchecked one. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable, T> T thrown(Throwable any) throws E {
        throw (E) any;
    }

    @Override
    public Optional<String> machine() {
        return Optional.empty();
    }

    @Override
    public Layout layout() {
        return fail();
    }

    @Override
    public ShellPath shellPath() {
        return fail();
    }

    @Override
    public Installer installer() {
        return fail();
    }

    @Override
    public Uninstaller uninstaller() {
        return fail();
    }

    @Override
    public Verifier verifier() {
        return fail();
    }

    @Override
    public Status status() {
        return fail();
    }

    @Override
    public SupportInfo supportInfo() {
        return fail();
    }

    @Override
    public Installation installationWithin(Duration wait) {
        return fail();
    }

    @Override
    public WarmModels warmModels(
            Installation installation, WarmModels.Options options, WarmLimits limits, Consumer<WarmEvent> events) {
        return fail();
    }

    @Override
    public boolean rehearse() {
        return fail();
    }
}
