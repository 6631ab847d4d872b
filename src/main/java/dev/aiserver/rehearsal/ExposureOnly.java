package dev.aiserver.rehearsal;

import dev.aiserver.server.Install.PlannedInstall;
import dev.aiserver.server.Verification;
import dev.aiserver.server.Verify;
import dev.aiserver.verify.Verdict;
import java.util.List;

/** Leaves all checks to a later step but those before the commit. */
record ExposureOnly(Verify verify) implements Verification {

    @Override
    public void requireNoExposure(PlannedInstall installed) {
        verify.requireNoExposure(installed);
    }

    @Override
    public List<Verdict> answers(PlannedInstall installed) {
        return List.of();
    }

    @Override
    public List<Verdict> all(PlannedInstall installed) {
        return List.of();
    }
}
