package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;

/**
 * What somebody is going to ask a host.
 *
 * @param files of which the state will be asked
 * @param directories that will be listed
 * @param programs that will be looked for
 * @param commands that will be run, and change nothing; one that reads standard input is not run ahead
 */
public record Foresight(List<Path> files, List<Path> directories, List<String> programs, List<Command> commands) {

    public Foresight {
        files = List.copyOf(files);
        directories = List.copyOf(directories);
        programs = List.copyOf(programs);
        commands = List.copyOf(commands);
    }
}
