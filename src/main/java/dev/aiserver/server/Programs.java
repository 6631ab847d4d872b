package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.UserError;
import dev.aiserver.service.PropertyList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the {@code ollama} and {@code haproxy} that the services run: first the installed ones, then those in Homebrew's
 * prefix. The shell's PATH comes last, so that the result does not depend on the user's shell.
 */
final class Programs {
    private static final String BREW = "brew";
    private static final Command PREFIX = Command.of(BREW, "--prefix");
    private static final List<String> NAMES = List.of("ollama", "haproxy");

    private final Host host;
    private final Layout layout;

    Programs(Host host) {
        this.host = host;
        this.layout = new Layout(host.facts().home());
    }

    /**
     * A program on the host.
     *
     * @param output the output of its version command
     */
    record Found(Path path, String output) {}

    /** Returns what {@link #prefix} and {@link #candidates} read. */
    Prefetch prefetch() {
        return Prefetch.ofPrograms(BREW, "ollama", "haproxy")
                .and(Prefetch.ofCommands(List.of(ProgramAudit.command(List.of(BREW)), PREFIX)))
                .and(Prefetch.ofFiles(List.of(layout.ollamaPlist(), layout.haproxyPlist())));
    }

    /**
     * Returns what {@link #find} reads after the answers to {@link #prefetch} are known.
     *
     * @param versions returns the version commands for a candidate
     */
    Prefetch followUpPrefetch(Function<String, List<Command>> versions) {
        if (host.find(BREW).isEmpty()) {
            return Prefetch.none();
        }
        Path prefix = prefix();
        return Prefetch.ofCommands(Stream.concat(
                        Stream.of(audit(prefix)),
                        NAMES.stream()
                                .map(name -> candidates(name, prefix).get(0))
                                .flatMap(candidate -> versions.apply(candidate).stream()))
                .toList());
    }

    /** @throws UserError if Homebrew is missing, is not safe to run, or does not print its prefix */
    Path prefix() {
        if (host.find(BREW).isEmpty()) {
            throw new UserError("Homebrew is not installed; install it from https://brew.sh, then try again.");
        }
        read(ProgramAudit.command(List.of(BREW))).requireSafe();
        String what = "where Homebrew keeps its programs";
        return host.requireOutput(PREFIX, what)
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("/"))
                .reduce((first, last) -> last)
                .map(Path::of)
                .orElseThrow(() -> new UserError("\"" + PREFIX + "\" does not print a folder, so aiserver cannot find "
                        + what + ". Run \"brew doctor\", then try again."));
    }

    /**
     * @param version returns the command that prints a candidate's version
     * @param isNewEnough tests that output; if an installed program is too old, a newer one elsewhere is used
     * @return empty if Homebrew has to install the program
     * @throws UserError if another user could replace the program, or if it does not print its version
     */
    Optional<Found> find(String name, Path prefix, Function<String, Command> version, Predicate<String> isNewEnough) {
        ProgramAudit audit = read(audit(prefix));
        Optional<Found> tooOld = Optional.empty();
        for (String candidate : candidates(name, prefix)) {
            if (!audit.missing().contains(candidate)) {
                audit.requireSafe(candidate);
                Found found = new Found(path(candidate), output(name, version.apply(candidate)));
                if (isNewEnough.test(found.output())) {
                    return Optional.of(found);
                }
                tooOld = tooOld.or(() -> Optional.of(found));
            }
        }
        return tooOld;
    }

    private Path path(String candidate) {
        return candidate.startsWith("/")
                ? Path.of(candidate)
                : host.find(candidate).orElseThrow();
    }

    private ProgramAudit read(Command audit) {
        return ProgramAudit.read(host.query(audit).text(), host.facts());
    }

    private Command audit(Path prefix) {
        return ProgramAudit.command(NAMES.stream()
                .flatMap(name -> candidates(name, prefix).stream())
                .toList());
    }

    /** Returns the installed program, Homebrew's, and the name to look up on PATH. */
    private List<String> candidates(String name, Path prefix) {
        List<String> candidates = new ArrayList<>();
        installed(name).ifPresent(candidates::add);
        candidates.add(inPrefix(name, prefix).toString());
        candidates.add(name);
        return candidates.stream().distinct().toList();
    }

    /** Returns the path in Homebrew's bin folder, which links to the newest version and stays valid after an upgrade. */
    static Path inPrefix(String name, Path prefix) {
        return prefix.resolve("bin").resolve(name);
    }

    private Optional<String> installed(String name) {
        Path plist = name.equals("ollama") ? layout.ollamaPlist() : layout.haproxyPlist();
        if (!(host.file(plist) instanceof FileState.Regular file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(PropertyList.parse(file.content().text()).value("ProgramArguments.0"))
                    .filter(program -> program.startsWith("/") && program.endsWith("/" + name));
        } catch (UserError unreadable) {
            return Optional.empty();
        }
    }

    /** Suggests a retry first if the command was killed, because the machine may only be busy. */
    private String output(String name, Command command) {
        CommandResult result = host.query(command);
        if (result.wasKilled()) {
            throw new UserError(result.inconclusive(command, "the version of " + name)
                            .sentence() + " Try again; if the error persists, run \"brew reinstall " + name + "\".");
        }
        return result.text();
    }
}
