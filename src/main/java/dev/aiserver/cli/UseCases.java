package dev.aiserver.cli;

import dev.aiserver.server.Install;
import dev.aiserver.server.Installation;
import dev.aiserver.server.Layout;
import dev.aiserver.server.Status;
import dev.aiserver.server.Uninstall;
import dev.aiserver.server.Verify;

/** What commands may ask for; nothing is built, and the host is not asked anything, before that. */
public interface UseCases {

    Layout layout();

    Install install();

    Uninstall uninstall();

    Verify verify();

    Status status();

    /** @throws dev.aiserver.host.Trouble when nothing is installed */
    Installation installation();

    /** Whether the rehearsal went as it should. */
    boolean rehearse();
}
