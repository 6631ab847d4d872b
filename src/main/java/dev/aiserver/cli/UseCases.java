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

/** Creates the use cases for one host. Nothing is created, and the host is not contacted, before a method is called. */
public interface UseCases {

    /** Returns the host as given to {@code --host}; empty for this machine. */
    Optional<String> machine();

    Layout layout();

    /** Returns how your shell on this machine finds commands. */
    ShellPath shellPath();

    Installer installer();

    Uninstaller uninstaller();

    Verifier verifier();

    Status status();

    /** Returns what a support bundle needs to know about the host. */
    SupportInfo supportInfo();

    /**
     * Returns what is installed, after waiting for another process that is changing it: {@code install} starts the job
     * that warms models before it finishes itself.
     *
     * @param wait how long to wait at most
     */
    Installation installationWithin(Duration wait);

    /** @param events receives the progress, one event at a time */
    WarmModels warmModels(
            Installation installation, WarmModels.Options options, WarmLimits limits, Consumer<WarmEvent> events);

    /**
     * Runs install, verify and uninstall in a temporary home, and returns whether all steps succeeded.
     *
     * @throws dev.aiserver.host.UserError on another machine
     */
    boolean rehearse();
}
