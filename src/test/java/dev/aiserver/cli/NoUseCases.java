package dev.aiserver.cli;

import dev.aiserver.plan.Interruption;
import dev.aiserver.report.ShellPath;
import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.Layout;
import dev.aiserver.server.Status;
import dev.aiserver.server.SupportInfo;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;
import dev.aiserver.server.WarmEvent;
import dev.aiserver.server.WarmLimits;
import dev.aiserver.server.WarmModels;
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
    public Install install() {
        return fail();
    }

    @Override
    public Uninstall uninstall() {
        return fail();
    }

    @Override
    public Verify verify() {
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
    public Installation installation() {
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
    public Interruption interruption() {
        return fail();
    }

    @Override
    public boolean rehearse() {
        return fail();
    }
}
