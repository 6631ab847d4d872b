package dev.aiserver.report;

import dev.aiserver.host.Content;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.Journal;
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

/** Writes a plan as a POSIX shell script that you can read and run on the host. */
public final class PlanScript {
    private static final int PRIVATE = 0700;
    private static final int BASE64_LINE = 76;

    /** Defines functions that load or unload a job and wait until launchd has done so, because launchctl returns earlier. */
    private static final String FUNCTIONS = """
            # launchctl returns before launchd has acted, so these functions wait: up to a minute for a job to exit.
            unload() {
              launchctl print "gui/$uid/$1" >/dev/null 2>&1 || return 0
              launchctl bootout "gui/$uid/$1" || :
              seconds=0
              while launchctl print "gui/$uid/$1" >/dev/null 2>&1; do
                seconds=$((seconds + 1))
                if [ "$seconds" -gt 60 ]; then echo "$1 does not exit" >&2; exit 1; fi
                sleep 1
              done
            }
            # A disabled job stays disabled until it is enabled. launchd reads a property list only when it loads the job.
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
     * Refuses to write a script while a rollback is pending, because its steps depend on what it finds.
     *
     * @param command install or uninstall
     * @param machine the host as given to {@code --host}; empty for this machine
     */
    public static void requireFinished(Optional<Journal> unfinished, String command, Optional<String> machine) {
        unfinished.ifPresent(journal -> {
            throw new UserError(journal.unfinished() + ", and a script cannot roll it back. Run \"aiserver " + command
                    + machine.map(name -> " --host " + name).orElse("") + "\" first.");
        });
    }

    /**
     * Returns the script of an installation.
     *
     * @param home of the user on the host
     * @param program the file on the host from which binary content is copied; if empty, it is encoded in base64
     */
    public static String install(Plan plan, Path home, Optional<Path> program) {
        PlanScript script = new PlanScript(plan.contents(), program);
        script.start("install", plan, home, "It writes no receipt, so aiserver does not know about its changes.");
        script.changes(plan, true);
        return script.script.toString();
    }

    /**
     * Returns the script of an uninstall.
     *
     * @param state the folder of the receipt
     */
    public static String uninstall(Plan plan, Path home, Path state) {
        PlanScript script = new PlanScript(plan.contents(), Optional.empty());
        script.start("uninstall", plan, home, "It does not need aiserver, and removes it completely.");
        script.changes(plan, false);
        script.script.append(forget(state));
        return script.script.toString();
    }

    private void start(String command, Plan plan, Path home, String receiptNote) {
        line("#!/bin/sh");
        line("# The changes that \"aiserver " + command
                + "\" would make, in order. Run this script as the user whose home is");
        line("# " + printable(home.toString()) + ".");
        line("# It stops at the first error and does not roll back. " + receiptNote);
        line("set -eu");
        line("umask 077");
        line("PATH=$PATH:" + String.join(":", Host.DEFAULT_DIRECTORIES));
        line("export PATH");
        line("if [ \"$HOME\" != " + quoted(home)
                + " ]; then echo 'This script is for another home folder.' >&2; exit 1; fi");
        line("");
        if (plan.changes().stream().anyMatch(change -> change.resource() instanceof Service)) {
            line("uid=$(id -u)");
            script.append(FUNCTIONS);
        }
    }

    private void changes(Plan plan, boolean keepsBackup) {
        plan.changes().forEach(change -> script.append(change.resource().to(new Steps(this, change, keepsBackup))));
    }

    /**
     * The steps of one change.
     *
     * @param keepsBackup whether an existing file is kept
     */
    private record Steps(PlanScript script, Change change, boolean keepsBackup) implements Resource.Cases<String> {

        @Override
        public String formula(BrewPackage formula) {
            return step(
                    "Installs " + formula.formula() + " with Homebrew; uninstall leaves it in place.",
                    "NONINTERACTIVE=1 HOMEBREW_NO_ASK=1 brew install --formula " + quoted(formula.formula()));
        }

        @Override
        public String directory(Directory directory) {
            return change.after().equals(State.ABSENT)
                    ? step("Removes the folder, which is empty now.", "rmdir " + quoted(directory.path()))
                    : step(
                            directory.mode() == PRIVATE
                                    ? "Creates a folder that only its owner may read."
                                    : "Creates a folder.",
                            "mkdir -m " + octal(directory.mode()) + " " + quoted(directory.path()));
        }

        @Override
        public String file(HostFile file) {
            return script.file(file.path(), change, keepsBackup);
        }

        @Override
        public String loginItem(LoginItem item) {
            boolean allowed = change.after().equals(State.PRESENT);
            return step(
                    allowed ? "Allows launchd to start it at login." : "Disables it, as before the installation.",
                    "launchctl " + (allowed ? "enable" : "disable") + " \"gui/$(id -u)/\"" + quoted(item.label()));
        }

        @Override
        public String job(Job job) {
            return service(job);
        }

        @Override
        public String oneShotJob(OneShotJob job) {
            return service(job);
        }

        @Override
        public String existingJob(ExistingJob job) {
            return service(job);
        }

        private String service(Service service) {
            String label = quoted(service.label());
            if (change.after().equals(State.ABSENT)) {
                return step("Stops the service before its files are removed.", "unload " + label);
            }
            return service.reloads(change.before(), change.after())
                    ? step(
                            "Reloads the configuration of the service; requests in progress are not interrupted.",
                            "launchctl kill SIGUSR2 \"gui/$uid/\"" + label)
                    : step(
                            "Starts the service, now and at every login.",
                            "load " + label + " " + quoted(service.plist()));
        }
    }

    private String file(Path path, Change change, boolean keepsBackup) {
        String name = quoted(path);
        String kept = quoted(path + ".before-aiserver");
        if (change.after() instanceof State.File file) {
            String backup = keepsBackup && change.before() instanceof State.File
                    ? step("Backs up the existing file.", "cp -p " + name + " " + kept)
                    : "";
            return backup + write(path, name, contents.get(file.digest())) + "chmod " + octal(file.mode()) + " " + name
                    + "\n\n";
        }
        return keepsBackup
                ? step("Renames the existing file, as a backup.", "mv " + name + " " + kept)
                : step("Removes the file, which did not exist before the installation.", "rm " + name);
    }

    private String write(Path path, String name, Content content) {
        return "# " + purpose(path) + "\n" + write(name, content);
    }

    private String write(String name, Content content) {
        String text = content.text();
        boolean isText = Content.of(text).equals(content) && text.indexOf('\0') < 0;
        if (!isText && program.isPresent()) {
            return "cp " + quoted(program.get()) + " " + name + "\n";
        }
        if (!isText || text.chars().anyMatch(Controls::isEscaped)) {
            String encoded =
                    Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\n'}).encodeToString(content.bytes());
            return "# Encoded in base64, because it is not plain text.\n" + here("base64 -d >" + name, encoded + "\n");
        }
        return text.isEmpty() || text.endsWith("\n")
                ? here("cat >" + name, text)
                : "printf %s " + quoted(text) + " >" + name + "\n";
    }

    private static String purpose(Path path) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(".plist")) {
            return "Tells launchd how to run a service of this user.";
        }
        if (name.endsWith(".jar")) {
            return "The aiserver program.";
        }
        if (name.equals("aiserver")) {
            return "The command that starts aiserver.";
        }
        return name.endsWith(".cfg") ? "The configuration of the proxy." : "A file.";
    }

    private static String here(String command, String text) {
        String end = "EOF";
        while (text.lines().anyMatch(end::equals)) {
            end += "_";
        }
        return command + " <<'" + end + "'\n" + text + end + "\n";
    }

    /** Returns the step that removes the records of the installation. */
    private static String forget(Path state) {
        return step(
                "Removes the records of the installation.",
                "rm -f " + quoted(state.resolve("receipt.json")) + "\nrm -rf " + quoted(state.resolve("backups"))
                        + "\nrmdir " + quoted(state) + " 2>/dev/null || :");
    }

    private static String step(String why, String command) {
        return "# " + why + "\n" + command + "\n\n";
    }

    private void line(String text) {
        script.append(text).append('\n');
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
