package dev.aiserver.report;

import dev.aiserver.host.Content;
import dev.aiserver.host.Host;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Plan;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.Service;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;

/** A plan as a POSIX shell script that a careful person can read, and could run on the machine. */
public final class PlanScript {
    private static final int PRIVATE = 0700;
    private static final int BASE64_LINE = 76;

    /** Each loads or unloads a job and waits until launchd has done so, because launchctl answers before. */
    private static final String FUNCTIONS = """
            # launchctl answers before anything has happened, so these wait: for a job's end at most a minute.
            unload() {
              launchctl print "gui/$uid/$1" >/dev/null 2>&1 || return 0
              launchctl bootout "gui/$uid/$1" || :
              seconds=0
              while launchctl print "gui/$uid/$1" >/dev/null 2>&1; do
                seconds=$((seconds + 1))
                if [ "$seconds" -gt 60 ]; then echo "$1 does not end" >&2; exit 1; fi
                sleep 1
              done
            }
            # launchd remembers that a job was disabled, and reads a property list only when the job is loaded.
            load() {
              launchctl enable "gui/$uid/$1"
              unload "$1"
              launchctl bootstrap "gui/$uid" "$2"
            }

            """;

    private final Contents contents;
    private final Optional<Path> program;
    private final StringBuilder script = new StringBuilder();

    private PlanScript(Contents contents, Optional<Path> program) {
        this.contents = contents;
        this.program = program;
    }

    /**
     * Of an installation.
     *
     * @param home of the user there
     * @param program the file there that a content which is no text is copied from; else that is spelled in base64
     */
    public static String install(Plan plan, Path home, Optional<Path> program) {
        PlanScript script = new PlanScript(plan.contents(), program);
        script.begin("install", plan, home, "It writes no receipt, so aiserver will not know that it ran.");
        plan.changes().forEach(change -> script.change(change, true));
        return script.script.toString();
    }

    /**
     * Of an uninstallation.
     *
     * @param state folder of the receipt
     */
    public static String uninstall(Plan plan, Path home, Path state) {
        PlanScript script = new PlanScript(plan.contents(), Optional.empty());
        script.begin("uninstall", plan, home, "It needs nothing of aiserver, and nothing of it stays.");
        plan.changes().forEach(change -> script.change(change, false));
        script.forget(state);
        return script.script.toString();
    }

    private void begin(String command, Plan plan, Path home, String receipt) {
        say("#!/bin/sh");
        say("# What \"aiserver " + command + "\" would change here, in this order. Run it as the user whose home is");
        say("# " + printable(home.toString()) + ".");
        say("# It stops at the first error, and undoes nothing. " + receipt);
        say("set -eu");
        say("umask 077");
        say("PATH=$PATH:" + String.join(":", Host.DEFAULT_DIRECTORIES));
        say("export PATH");
        say("if [ \"$HOME\" != " + quoted(home) + " ]; then echo 'This script is for another home.' >&2; exit 1; fi");
        say("");
        if (plan.changes().stream().anyMatch(change -> change.resource() instanceof Service)) {
            say("uid=$(id -u)");
            script.append(FUNCTIONS);
        }
    }

    private void change(Change change, boolean keeps) {
        Resource resource = change.resource();
        if (resource instanceof BrewPackage formula) {
            step(
                    "Homebrew gets " + formula.formula() + "; it stays when aiserver goes.",
                    "NONINTERACTIVE=1 HOMEBREW_NO_ASK=1 brew install --formula " + quoted(formula.formula()));
        } else if (resource instanceof Directory directory) {
            directory(directory, change.after());
        } else if (resource instanceof HostFile file) {
            file(file.path(), change, keeps);
        } else if (resource instanceof LoginItem item) {
            loginItem(item, change.after());
        } else if (resource instanceof Job job) {
            job(change, job.label(), job.plist(), job.reloads(change.before(), change.after()));
        } else if (resource instanceof OneShotJob job) {
            job(change, job.label(), job.plist(), false);
        } else if (resource instanceof ExistingJob job) {
            job(change, job.label(), job.plist(), false);
        }
    }

    private void loginItem(LoginItem item, State after) {
        boolean allowed = after.equals(State.PRESENT);
        step(
                allowed ? "launchd may start it at login." : "It was switched off before.",
                "launchctl " + (allowed ? "enable" : "disable") + " \"gui/$(id -u)/\"" + quoted(item.label()));
    }

    private void directory(Directory directory, State after) {
        if (after.equals(State.ABSENT)) {
            step("Nothing is in it any more.", "rmdir " + quoted(directory.path()));
        } else {
            step(
                    directory.mode() == PRIVATE ? "A folder that only its user may look into." : "A folder for files.",
                    "mkdir -m " + octal(directory.mode()) + " " + quoted(directory.path()));
        }
    }

    private void file(Path path, Change change, boolean keeps) {
        String name = quoted(path);
        String kept = quoted(path + ".before-aiserver");
        if (change.after() instanceof State.File file) {
            if (keeps && change.before() instanceof State.File) {
                step("What stands there now is kept.", "cp -p " + name + " " + kept);
            }
            write(path, name, contents.get(file.digest()));
            say("chmod " + octal(file.mode()) + " " + name);
            say("");
        } else if (keeps) {
            step("It makes room, and is kept under another name.", "mv " + name + " " + kept);
        } else {
            step("It was not there before.", "rm " + name);
        }
    }

    private void write(Path path, String name, Content content) {
        say("# " + purpose(path));
        String text = content.text();
        boolean isText = Content.of(text).equals(content) && text.indexOf('\0') < 0;
        if (!isText && program.isPresent()) {
            say("cp " + quoted(program.get()) + " " + name);
        } else if (!isText || text.chars().anyMatch(Controls::isSpelledOut)) {
            String encoded =
                    Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\n'}).encodeToString(content.bytes());
            say("# It is not plain text, so it is spelled in base64.");
            here("base64 -d >" + name, encoded + "\n");
        } else if (text.isEmpty() || text.endsWith("\n")) {
            here("cat >" + name, text);
        } else {
            say("printf %s " + quoted(text) + " >" + name);
        }
    }

    private static String purpose(Path path) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(".plist")) {
            return "How launchd runs a service of this user.";
        }
        if (name.endsWith(".jar")) {
            return "This program.";
        }
        if (name.equals("aiserver")) {
            return "The command that starts this program.";
        }
        return name.endsWith(".cfg") ? "What the proxy lets through, and to where." : "A file.";
    }

    private void here(String command, String text) {
        String end = "EOF";
        while (text.lines().anyMatch(end::equals)) {
            end += "_";
        }
        script.append(command).append(" <<'").append(end).append("'\n").append(text);
        say(end);
    }

    private void job(Change change, String label, Path plist, boolean reloads) {
        if (change.after().equals(State.ABSENT)) {
            step("The service stops, before its files go.", "unload " + quoted(label));
        } else if (reloads) {
            step(
                    "The service reads its new configuration; no running answer is cut.",
                    "launchctl kill SIGUSR2 \"gui/$uid/\"" + quoted(label));
        } else {
            step("The service starts, now and at every login.", "load " + quoted(label) + " " + quoted(plist));
        }
    }

    /** What would speak of an installation that is there no longer. */
    private void forget(Path state) {
        step(
                "aiserver's own records of the installation.",
                "rm -f " + quoted(state.resolve("receipt.json")) + "\nrm -rf " + quoted(state.resolve("backups"))
                        + "\nrmdir " + quoted(state) + " 2>/dev/null || :");
    }

    private void step(String why, String command) {
        say("# " + why);
        say(command);
        say("");
    }

    private void say(String line) {
        script.append(line).append('\n');
    }

    private static String octal(int mode) {
        return "0" + Integer.toOctalString(mode);
    }

    private static String quoted(Path path) {
        return quoted(path.toString());
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String printable(String text) {
        return text.chars()
                .mapToObj(each -> Character.isISOControl(each) ? "?" : Character.toString(each))
                .collect(Collectors.joining());
    }
}
