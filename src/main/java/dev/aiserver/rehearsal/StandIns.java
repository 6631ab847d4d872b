package dev.aiserver.rehearsal;

import dev.aiserver.host.CommandResult;
import java.nio.file.Path;
import java.util.List;

/**
 * The stand-ins for launchd and Ollama. They are in a jar of their own, because only a rehearsal and the tests need
 * them.
 */
public interface StandIns {

    /** The commands of a Mac that this machine may not have, or must not run. */
    interface MacPrograms extends AutoCloseable {
        /** Runs launchctl, which may block as the real one does. */
        CommandResult launchctl(List<String> arguments);

        /** Runs {@code plutil -lint} or {@code plutil -convert xml1}. */
        CommandResult plutil(List<String> arguments, byte[] stdin);

        /** Ends every process that launchd started. */
        @Override
        void close();
    }

    /** Returns the commands for a user who is logged in at the desktop, with a launchd that has no jobs. */
    MacPrograms macPrograms(int uid, String user, Path home);

    /** Returns the class of the jar that runs in place of the command {@code ollama}, with its arguments. */
    String ollamaMainClass();
}
