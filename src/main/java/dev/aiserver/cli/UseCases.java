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

/** What commands may ask for; nothing is built, and the host is not asked anything, before that. */
public interface UseCases {

    /** The machine that these are for, as {@code --host} names it; empty for this one. */
    Optional<String> machine();

    Layout layout();

    /** How the person's shell on this machine finds commands. */
    ShellPath shellPath();

    Install install();

    Uninstall uninstall();

    Verify verify();

    Status status();

    SupportInfo supportInfo();

    /** @throws dev.aiserver.host.UserError when nothing is installed */
    Installation installation();

    /**
     * The same, when nobody changes it any more, which is waited for: an installation starts the job that warms models
     * before its own end.
     */
    Installation installationWithin(Duration wait);

    /** @param events is told what goes on, one at a time */
    WarmModels warmModels(
            Installation installation, WarmModels.Options options, WarmLimits limits, Consumer<WarmEvent> events);

    /** While it is open, a signal that would end this process interrupts it instead. */
    Interruption interruption();

    /** Whether the rehearsal went as it should. */
    boolean rehearse();
}
