package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import java.util.function.Function;

/**
 * A script for the remote host.
 *
 * @param name for the debug log
 * @param script for a POSIX shell; it runs in a subshell
 * @param input the script's standard input
 * @param answer parses the script's result
 */
record RemoteScript<T>(String name, String script, byte[] input, Function<CommandResult, T> answer) {

    static <T> RemoteScript<T> of(String script, Function<CommandResult, T> answer) {
        return new RemoteScript<>(script, script, new byte[0], answer);
    }
}
