package dev.aiserver.server;

import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.verify.Verdict;
import java.util.List;

/** The checks that are part of an install. */
public interface Verification {

    /**
     * Checks that nothing is exposed: other devices cannot bypass the proxy, and prompts reach neither the disk nor the cloud.
     *
     * @param installed the installation, whose services are running
     * @throws dev.aiserver.host.UserError that names what is exposed and how to fix it
     */
    void requireNoExposure(PlannedInstall installed);

    /** Checks what a client notices first, because planning has just compared all resources with the host. */
    List<Verdict> answers(PlannedInstall installed);

    /** Runs all checks of a server that was just installed. */
    List<Verdict> all(PlannedInstall installed);
}
