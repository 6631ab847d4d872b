package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;

/**
 * Who and what a host is, as its own tools say.
 *
 * @param os what {@code uname -s} prints: {@code Darwin}, {@code Linux}
 * @param arch what {@code uname -m} prints: {@code arm64}, {@code x86_64}
 * @param osVersion what {@code sw_vers -productVersion} prints, empty where there is no such command
 * @param uid the effective user id
 * @param home the user's {@code $HOME}
 */
public record Facts(String os, String arch, String osVersion, int uid, String user, Path home) {

    /** What to run on a host in order to {@link #read} its facts. */
    public static Command question() {
        return Command.of(
                "/bin/sh",
                "-c",
                "uname -s && uname -m && id -u && id -un && printf '%s\\n' \"$HOME\" && "
                        + "{ sw_vers -productVersion 2>/dev/null || echo; }");
    }

    /** @throws Trouble when that is no answer, or tells of no home */
    public static Facts read(CommandResult answer) {
        List<String> lines = answer.text().lines().toList();
        if (!answer.succeeded() || lines.size() < 6) {
            throw new Trouble("This machine does not say what it is: " + answer.complaint()
                    + ". Check that uname and id work in a shell.");
        }
        if (!lines.get(4).startsWith("/")) {
            throw new Trouble("HOME is not set to an absolute path; set it to your home directory.");
        }
        return new Facts(
                lines.get(0),
                lines.get(1),
                lines.get(5),
                Integer.parseInt(lines.get(2)),
                lines.get(3),
                Path.of(lines.get(4)));
    }

    public boolean isMac() {
        return os.equals("Darwin");
    }

    public boolean isRoot() {
        return uid == 0;
    }
}
