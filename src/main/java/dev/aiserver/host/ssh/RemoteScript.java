package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.util.function.Function;

/**
 * Something to find out on the other side, or to do there.
 *
 * @param name for the debug log
 * @param script for a POSIX shell, run in a shell of its own
 * @param input what the script reads
 * @param answer reads what the script said
 */
record RemoteScript<T>(String name, String script, byte[] input, Function<CommandResult, T> answer) {

    static <T> RemoteScript<T> of(String script, Function<CommandResult, T> answer) {
        return new RemoteScript<>(script, script, new byte[0], answer);
    }
}
