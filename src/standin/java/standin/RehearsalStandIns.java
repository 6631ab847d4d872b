package standin;

import dev.aiserver.rehearsal.StandIns;
import java.nio.file.Path;
import java.util.List;
import standin.launchd.Account;
import standin.launchd.EmbeddedLaunchctl;
import standin.launchd.Quirks;
import standin.ollama.ModelServer;

/** Names what this jar has for a rehearsal. {@link java.util.ServiceLoader} creates it. */
public final class RehearsalStandIns implements StandIns {

    @Override
    public MacPrograms macPrograms(int uid, String user, Path home) {
        return new EmbeddedMacPrograms(
                new EmbeddedLaunchctl(new Account(uid, user, home, 1, List.of()), Quirks.usual()));
    }

    @Override
    public String ollamaMainClass() {
        return ModelServer.class.getName();
    }
}
