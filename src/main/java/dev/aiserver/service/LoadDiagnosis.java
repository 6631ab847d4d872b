package dev.aiserver.service;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds out why launchd did not load a job. launchd's own answer, usually "5: Input/output error", has a dozen causes.
 * Most of them can be told apart by what an ordinary user can read.
 */
final class LoadDiagnosis {
    private static final int WRITABLE_BY_OTHERS = 022;

    private final Host host;
    private final Launchctl launchctl;
    private final int uid;

    LoadDiagnosis(Host host, Launchctl launchctl, int uid) {
        this.host = host;
        this.launchctl = launchctl;
        this.uid = uid;
    }

    boolean isDisabled(String label) {
        CommandResult answer = host.ask(Query.command(Launchctl.command("print-disabled", launchctl.desktop())));
        // If this fails, another cause or another attempt follows; launchd's own error is reported in any case.
        return answer.succeeded()
                && LaunchctlPrint.disabledLabels(answer.stdout())
                        .map(labels -> labels.contains(label))
                        .orElse(false);
    }

    /** Returns a cause that another attempt cannot fix, with its remedy. */
    Optional<String> cause(String label, Path plist) {
        if (isDisabled(label)) {
            return Optional.of("it is disabled; allow it in System Settings > General > Login Items & Extensions,"
                    + " or run: launchctl enable " + launchctl.desktop() + "/" + label);
        }
        return inFile(plist).or(() -> inDirectory(plist)).or(() -> inSyntax(plist));
    }

    /**
     * Builds the error.
     *
     * @param answer of the last attempt
     */
    UserError error(String label, Path plist, CommandResult answer) {
        return new UserError("launchd did not load " + label + " from " + plist + ": "
                + cause(label, plist)
                        .orElseGet(() -> "launchctl " + Launchctl.outcome(answer)
                                + "; see /var/log/com.apple.xpc.launchd/launchd.log for the reason, and check in System"
                                + " Settings > General > Login Items & Extensions that it may run in the background")
                + ".");
    }

    private Optional<String> inFile(Path plist) {
        FileState state = host.ask(Query.file(plist));
        if (state instanceof FileState.Regular file) {
            return inRights(plist, file.owner(), file.mode());
        }
        return Optional.of(
                state instanceof FileState.Other other
                        ? "it is a " + other.kind() + ", but launchd requires a regular file; remove it"
                        : "the file does not exist; run \"aiserver install\" again");
    }

    private Optional<String> inDirectory(Path plist) {
        Path parent = plist.getParent();
        if (parent == null) {
            return Optional.empty();
        }
        FileState state = host.ask(Query.file(parent));
        FileState folder = state instanceof FileState.Other other && other.isLink()
                ? host.ask(Query.file(parent.resolve(".")))
                : state;
        return folder instanceof FileState.Directory directory
                ? inRights(parent, directory.owner(), directory.mode())
                : Optional.empty();
    }

    private Optional<String> inRights(Path path, int owner, int mode) {
        if (owner != uid) {
            return Optional.of(path + " belongs to user id " + owner + "; run: sudo chown " + uid + " '" + path + "'");
        }
        if ((mode & WRITABLE_BY_OTHERS) != 0) {
            return Optional.of("other users can write to " + path + "; run: chmod go-w '" + path + "'");
        }
        return Optional.empty();
    }

    private Optional<String> inSyntax(Path plist) {
        CommandResult answer = host.ask(Query.command(Command.of("plutil", "-lint", "-s", plist.toString())));
        return answer.exitCode() == 1
                ? Optional.of(
                        "it is not a valid property list (" + answer.firstLine() + "); run \"aiserver install\" again")
                : Optional.empty();
    }
}
