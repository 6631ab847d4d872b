package dev.aiserver.preflight;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.service.PropertyList;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private static final String PREFIX_IN_WORDS = "where Homebrew keeps its programs";
    private static final List<String> NAMES = List.of("ollama", "haproxy");

    private final HostIdentity identity;
    private final Layout layout;

    Programs(HostIdentity identity) {
        this.identity = identity;
        this.layout = new Layout(identity.home());
    }

    /**
     * A program on the host.
     *
     * @param output the output of its version command
     */
    record Found(Path path, String output) {}

    /** Asks for Homebrew's prefix. It is an error if Homebrew is missing, is not safe to run, or does not print it. */
    Query<Path> prefix() {
        return Query.program(BREW)
                .zip(audit(List.of(BREW)), (found, audit) -> {
                    if (found.isEmpty()) {
                        throw new UserError(
                                "Homebrew is not installed; install it from https://brew.sh, then try again.");
                    }
                    audit.requireSafe();
                    return found;
                })
                .then(safe -> Query.output(PREFIX, PREFIX_IN_WORDS))
                .map(Programs::prefix);
    }

    private static Path prefix(String output) {
        return output.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("/"))
                .reduce((first, last) -> last)
                .map(Path::of)
                .orElseThrow(() -> new UserError("\"" + PREFIX + "\" does not print a folder, so aiserver cannot find "
                        + PREFIX_IN_WORDS + ". Run \"brew doctor\", then try again."));
    }

    /**
     * Asks for a program; the result is empty if Homebrew has to install it. It is an error if another user could replace
     * the program, or if it does not print its version.
     *
     * @param version returns the command that prints a candidate's version
     * @param isNewEnough tests that output; if an installed program is too old, a newer one elsewhere is used
     */
    Query<Optional<Found>> find(String name, Function<String, Command> version, Predicate<String> isNewEnough) {
        return prefix().zip(installed(), Programs::candidates)
                .then(candidates -> audit(programs(candidates))
                        .then(audit -> first(
                                name,
                                candidates.getOrDefault(name, List.of()).stream()
                                        .filter(candidate -> !audit.missing().contains(candidate))
                                        .toList(),
                                audit,
                                version,
                                isNewEnough)))
                .alongside(likelyAudit());
    }

    /** Asks for the audit that {@link #find} needs if Homebrew's prefix is where its command is, as it usually is. */
    private Query<ProgramAudit> likelyAudit() {
        return Query.program(BREW)
                .map(brew -> brew.map(Path::getParent).map(Path::getParent).orElse(Path.of("/opt/homebrew")))
                .zip(installed(), Programs::candidates)
                .then(candidates -> audit(programs(candidates)));
    }

    private static List<String> programs(Map<String, List<String>> candidates) {
        return candidates.values().stream().flatMap(List::stream).toList();
    }

    /** Asks the candidates one after another until one is new enough; otherwise the first one counts. */
    private Query<Optional<Found>> first(
            String name,
            List<String> candidates,
            ProgramAudit audit,
            Function<String, Command> version,
            Predicate<String> isNewEnough) {
        if (candidates.isEmpty()) {
            return Query.of(Optional.empty());
        }
        String candidate = candidates.get(0);
        List<String> others = candidates.subList(1, candidates.size());
        audit.requireSafe(candidate);
        return path(candidate)
                .zip(output(name, version.apply(candidate)), Found::new)
                .then(found -> isNewEnough.test(found.output())
                        ? Query.of(Optional.of(found))
                        : first(name, others, audit, version, isNewEnough)
                                .map(other -> other.filter(newer -> isNewEnough.test(newer.output()))
                                        .or(() -> Optional.of(found))));
    }

    private static Query<Path> path(String candidate) {
        return candidate.startsWith("/")
                ? Query.of(Path.of(candidate))
                : Query.program(candidate).map(Optional::orElseThrow);
    }

    private Query<ProgramAudit> audit(List<String> programs) {
        return ProgramAudit.query(programs, identity);
    }

    /** Returns for each name the installed program, Homebrew's, and the name to look up on PATH. */
    private static Map<String, List<String>> candidates(Path prefix, Map<String, String> installed) {
        Map<String, List<String>> candidates = new TreeMap<>();
        for (String name : NAMES) {
            candidates.put(
                    name,
                    Stream.of(
                                    Optional.ofNullable(installed.get(name)),
                                    Optional.of(inPrefix(name, prefix).toString()),
                                    Optional.of(name))
                            .flatMap(Optional::stream)
                            .distinct()
                            .toList());
        }
        return candidates;
    }

    /** Returns the path in Homebrew's bin folder, which links to the newest version and stays valid after an upgrade. */
    static Path inPrefix(String name, Path prefix) {
        return prefix.resolve("bin").resolve(name);
    }

    /** Asks for the programs in the property lists, by name. */
    private Query<Map<String, String>> installed() {
        return Query.file(layout.ollamaPlist()).zip(Query.file(layout.haproxyPlist()), (ollama, haproxy) -> {
            Map<String, String> installed = new TreeMap<>();
            installed("ollama", ollama).ifPresent(program -> installed.put("ollama", program));
            installed("haproxy", haproxy).ifPresent(program -> installed.put("haproxy", program));
            return installed;
        });
    }

    private static Optional<String> installed(String name, FileState plist) {
        if (!(plist instanceof FileState.Regular file)) {
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
    private static Query<String> output(String name, Command command) {
        return Query.command(command).map(result -> {
            if (result.wasKilled()) {
                throw new UserError(result.inconclusive(command, "the version of " + name)
                                .sentence() + " Try again; if the error persists, run \"brew reinstall " + name
                        + "\".");
            }
            return result.text();
        });
    }
}
