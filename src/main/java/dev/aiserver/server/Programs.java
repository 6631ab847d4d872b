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
 * Finds which {@code ollama} and {@code haproxy} the services run. The PATH of the shell that installs comes last, so
 * that the same machine gives the same answer to everybody: what is installed stays, then Homebrew's prefix counts.
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

    /** A program that is there. @param said by it when it was asked for its version */
    record Found(Path path, String said) {}

    /** What {@link #prefix} and {@link #candidates} will ask. */
    Prefetch prefetch() {
        return Prefetch.ofPrograms(BREW, "ollama", "haproxy")
                .and(Prefetch.ofCommands(List.of(ProgramAudit.command(List.of(BREW)), PREFIX)))
                .and(Prefetch.ofFiles(List.of(layout.ollamaPlist(), layout.haproxyPlist())));
    }

    /**
     * What {@link #find} will ask of a host that has answered {@link #prefetch}.
     *
     * @param versions the commands by which a program is asked, for each candidate
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

    /** @throws UserError without a Homebrew that is safe to run and says where it keeps its programs */
    Path prefix() {
        if (host.find(BREW).isEmpty()) {
            throw new UserError("Homebrew is not installed; get it as https://brew.sh says, then try again.");
        }
        read(ProgramAudit.command(List.of(BREW))).requireSafe();
        String what = "where Homebrew keeps its programs";
        return host.requireOutput(PREFIX, what)
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("/"))
                .reduce((first, last) -> last)
                .map(Path::of)
                .orElseThrow(() -> new UserError("\"" + PREFIX + "\" names no folder, so it is not known " + what
                        + ". Run \"brew doctor\", then try again."));
    }

    /**
     * @param version the command by which such a program says its version
     * @param isNewEnough of what it says; an installed program that is not gives way to a newer one elsewhere
     * @return empty where Homebrew has to get it
     * @throws UserError when it could be replaced by others, or does not say its version
     */
    Optional<Found> find(String name, Path prefix, Function<String, Command> version, Predicate<String> isNewEnough) {
        ProgramAudit audit = read(audit(prefix));
        Optional<Found> tooOld = Optional.empty();
        for (String candidate : candidates(name, prefix)) {
            if (!audit.missing().contains(candidate)) {
                audit.requireSafe(candidate);
                Found found = new Found(path(candidate), said(name, version.apply(candidate)));
                if (isNewEnough.test(found.said())) {
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

    /** What is installed, Homebrew's, and what PATH finds. */
    private List<String> candidates(String name, Path prefix) {
        List<String> candidates = new ArrayList<>();
        installed(name).ifPresent(candidates::add);
        candidates.add(inPrefix(name, prefix).toString());
        candidates.add(name);
        return candidates.stream().distinct().toList();
    }

    /** Homebrew's bin folder links to the newest version, so this path outlives an upgrade. */
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

    /** Being killed may mean a busy machine as well as a broken program. */
    private String said(String name, Command question) {
        CommandResult answer = host.query(question);
        if (answer.wasKilled()) {
            throw new UserError(answer.inconclusive(question, "which version of " + name + " this is")
                            .sentence() + " Try again; if that stays so, run \"brew reinstall " + name + "\".");
        }
        return answer.text();
    }
}
