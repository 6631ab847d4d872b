package dev.aiserver.host;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who and what a host is, as its own tools say.
 *
 * @param os what {@code uname -s} prints: {@code Darwin}, {@code Linux}
 * @param arch what {@code uname -m} prints: {@code arm64}, {@code x86_64}
 * @param osVersion what {@code sw_vers -productVersion} prints, empty where there is no such command
 * @param uid the effective user id
 * @param home the user's {@code $HOME}
 */
public record HostIdentity(String os, String arch, String osVersion, int uid, String user, Path home) {

    private static final Pattern ANSWER = Pattern.compile("(?<os>\\S+) (?<arch>\\S+)\n"
            + "uid=(?<uid>\\d{1,10})\\((?<user>[^)\n]*)\\).*\n"
            + "(?<home>[^\0\n]*)\n"
            + "(?<version>.*)\n");

    /** What to run on a host in order to {@link #read} its facts, and of its tools in the same trip. */
    public static Command command() {
        return ProgramAudit.command(
                "uname -sm && id && printf '%s\\n' \"$HOME\" && { sw_vers -productVersion 2>/dev/null || echo; } || exit\n",
                ProgramAudit.TOOLS);
    }

    /** @throws UserError when that is no answer, or tells of no home */
    public static HostIdentity read(CommandResult answer) {
        Matcher answered = ANSWER.matcher(answer.text());
        if (!answer.succeeded() || !answered.lookingAt()) {
            throw new UserError("This machine does not say what it is: "
                    + answer.incompleteReason().orElseGet(answer::firstLine)
                    + ". Check that uname and id work in a shell.");
        }
        if (!answered.group("home").startsWith("/")) {
            throw new UserError("HOME is not set to an absolute path; set it to your home directory.");
        }
        long uid = Long.parseLong(answered.group("uid"));
        if (uid > Integer.MAX_VALUE) {
            throw new UserError("The user id " + uid + " is larger than any that aiserver knows how to handle.");
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
