package dev.aiserver.host;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host's system and user, as its own tools report them.
 *
 * @param os output of {@code uname -s}: {@code Darwin}, {@code Linux}
 * @param arch output of {@code uname -m}: {@code arm64}, {@code x86_64}
 * @param osVersion output of {@code sw_vers -productVersion}, empty where that command does not exist
 * @param uid the effective user id
 * @param home the user's {@code $HOME}
 */
public record HostIdentity(String os, String arch, String osVersion, int uid, String user, Path home) {

    private static final Pattern ANSWER = Pattern.compile("(?<os>\\S+) (?<arch>\\S+)\n"
            + "uid=(?<uid>\\d{1,10})\\((?<user>[^)\n]*)\\).*\n"
            + "(?<home>[^\0\n]*)\n"
            + "(?<version>.*)\n");

    /**
     * Returns the command whose output {@link #read} parses. Its output also contains the {@link ProgramAudit}, so that
     * one round trip is enough.
     */
    public static Command command() {
        return ProgramAudit.command(
                "uname -sm && id && printf '%s\\n' \"$HOME\" && { sw_vers -productVersion 2>/dev/null || echo; } || exit\n",
                ProgramAudit.TOOLS);
    }

    /**
     * Parses the output of {@link #command}.
     *
     * @throws UserError when the output is not valid, or HOME is not an absolute path
     */
    public static HostIdentity read(CommandResult answer) {
        Matcher answered = ANSWER.matcher(answer.text());
        if (!answer.succeeded() || !answered.lookingAt()) {
            throw new UserError("Could not identify this machine: "
                    + answer.incompleteReason().orElseGet(answer::firstLine)
                    + ". Check that uname and id work in a shell.");
        }
        if (!answered.group("home").startsWith("/")) {
            throw new UserError("HOME is not set to an absolute path; set it to your home directory.");
        }
        long uid = Long.parseLong(answered.group("uid"));
        if (uid > Integer.MAX_VALUE) {
            throw new UserError("User id " + uid + " is not supported; the largest is " + Integer.MAX_VALUE + ".");
        }
        return new HostIdentity(
                answered.group("os"),
                answered.group("arch"),
                answered.group("version"),
                (int) uid,
                answered.group("user"),
                Path.of(answered.group("home")));
    }

    public boolean isMac() {
        return os.equals("Darwin");
    }

    public boolean isRoot() {
        return uid == 0;
    }
}
