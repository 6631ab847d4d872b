package dev.aiserver.cli;

import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import java.io.PrintWriter;
import java.io.Writer;
import picocli.CommandLine;

/** The commands and their options, for tests that read about them; none of them can run. */
public final class Commands {
    private Commands() {}

    /** Returns the whole tree, new for each call, because parsing changes it. */
    public static CommandLine tree() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Console console = Console.unattended(nowhere, nowhere);
        return CommandTree.of(new String[0], console, DebugLog.OFF, "0");
    }
}
