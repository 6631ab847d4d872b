package dev.aiserver.preflight;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.existing.ExistingService;
import dev.aiserver.existing.ExistingServiceSearch;
import dev.aiserver.host.Attempt;
import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Tailscale;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The preflight checks for a Mac: macOS, desktop session, Homebrew, programs, Tailscale, ports and log files. */
public final class MacPreflight implements Preflight {
    private static final int OLDEST_MACOS = 14;

    /** Version 0.14.0 added /v1/messages, the last of the eight strict endpoints. */
    private static final Version OLDEST_OLLAMA = new Version(0, 14, 0);

    /** The oldest HAProxy with which the rendered configuration was tested. */
    private static final Version OLDEST_HAPROXY = new Version(2, 6, 0);

    /** The macOS tools that aiserver needs to install and verify. */
    private static final List<String> TOOLS = List.of("df", "ifconfig", "launchctl", "lsof", "plutil", "ps", "tail");

    /** Older versions do not know OLLAMA_NO_CLOUD. */
    private static final Version OLDEST_WITHOUT_CLOUD = new Version(0, 16, 2);

    private static final String WITHOUT_PCRE = "Built without PCRE";

    private final HostIdentity identity;
    private final ProgramAudit tools;
    private final LoadedJobs jobs;

    /** @param tools what the host has of aiserver's tools */
    public MacPreflight(HostIdentity identity, ProgramAudit tools) {
        this.identity = identity;
        this.tools = tools;
        this.jobs = new LoadedJobs(identity.uid());
    }

    @Override
    public Query<HostFacts> query(ServerSpec spec) {
        requireMac(identity);
        tools.requirePresent(TOOLS);
        tools.requireSafe();
        Programs programs = new Programs(identity);
        Query<Tailscale.Node> node = node(spec.network());
        Query<List<ExistingService>> existing = new ExistingServiceSearch(identity).search(spec);
        return Query.joined(parts -> {
            var prefix = parts.add(programs.prefix());
            var desktop = parts.add(requireDesktopSession());
            var logs = parts.add(requireSafeLogs(Logs.of(spec, identity.home())));
            var models = parts.add(ModelFolder.requirePresent(spec));
            var ollama = parts.add(ollama(programs, spec));
            var haproxy = parts.add(haproxy(programs));
            var tailnet = parts.add(node);
            var address = parts.add(node.zip(
                    Interfaces.addresses(identity), (known, all) -> requireAddress(spec.network(), known, all)));
            var services = parts.add(existing);
            var ports = parts.add(node.zip(
                            existing,
                            (known, earlier) -> new PortCheck(jobs).requireFree(spec, known.address(), earlier))
                    .then(Function.identity())
                    .zip(
                            new ConflictSearch(identity)
                                    .search(spec.ollama().port())
                                    .zip(existing, this::requireNoConflicts),
                            Boolean::logicalAnd));
            return results -> {
                Path homebrew = results.get(prefix);
                Problems problems = new Problems();
                Stream.of(desktop, logs, models).map(results::attempt).forEach(problems::collect);
                Optional<Programs.Found> foundOllama =
                        problems.collect(results.attempt(ollama)).flatMap(Function.identity());
                Optional<Programs.Found> foundHaproxy =
                        problems.collect(results.attempt(haproxy)).flatMap(Function.identity());
                Optional<Tailscale.Node> known = problems.collect(results.attempt(tailnet));
                Stream.of(address, services, ports).map(results::attempt).forEach(problems::collect);
                problems.throwIfAny();
                return new HostFacts(
                        foundOllama.map(Programs.Found::path).orElse(Programs.inPrefix("ollama", homebrew)),
                        foundHaproxy.map(Programs.Found::path).orElse(Programs.inPrefix("haproxy", homebrew)),
                        known.orElseThrow().address(),
                        hostNames(spec, known.orElseThrow()),
                        missing(foundOllama, foundHaproxy),
                        results.get(services),
                        foundOllama.flatMap(
                                found -> OllamaVersions.in(found.output()).outdated()));
            };
        });
    }

    private static Query<Optional<Programs.Found>> ollama(Programs programs, ServerSpec spec) {
        Version oldest = spec.allowsCloud() ? OLDEST_OLLAMA : OLDEST_WITHOUT_CLOUD;
        return programs.find(
                        "ollama",
                        program -> ollamaVersion(program, spec),
                        output -> isAtLeast(OllamaVersions.in(output).program(), oldest))
                .map(found -> {
                    found.ifPresent(program -> requireOllama(program, spec));
                    return found;
                });
    }

    private static Query<Optional<Programs.Found>> haproxy(Programs programs) {
        return programs.find(
                        "haproxy", MacPreflight::haproxyBuild, output -> isAtLeast(Version.in(output), OLDEST_HAPROXY))
                .map(found -> {
                    found.ifPresent(MacPreflight::requireHaproxy);
                    return found;
                });
    }

    /**
     * Rejects other servers that start by themselves: each restart of the machine would decide which server clients reach.
     */
    private boolean requireNoConflicts(List<ConflictingServer> found, List<ExistingService> earlier) {
        List<Path> own = Stream.concat(
                        new Layout(identity.home()).agents().stream(),
                        earlier.stream().map(ExistingService::plist))
                .toList();
        ConflictingServer.otherThan(own, found).stream()
                .filter(ConflictingServer::isHarmful)
                .findFirst()
                .ifPresent(conflict -> {
                    throw new UserError("Conflict: " + conflict.description() + ", then try again.");
                });
        return true;
    }

    private static void requireMac(HostIdentity facts) {
        if (!facts.isMac()) {
            throw new UserError("aiserver installs on macOS 14 or newer, but this is " + facts.os()
                    + ". To try a full install, verify and uninstall here without changing anything, run"
                    + " ./install --rehearse");
        }
        Version version = Version.in(facts.osVersion()).orElse(new Version(0, 0, 0));
        if (version.major() < OLDEST_MACOS) {
            throw new UserError("aiserver needs macOS 14 or newer, but this is macOS " + facts.osVersion()
                    + "; update macOS, then try again.");
        }
        if (!facts.arch().equals("arm64")) {
            throw new UserError("aiserver needs a Mac with Apple silicon (arm64), but this is " + facts.arch()
                    + "; on Apple silicon, use a terminal that does not run under Rosetta.");
        }
        if (facts.isRoot()) {
            throw new UserError("Run aiserver without sudo, as the user who will own the services: "
                    + "macOS starts these services in that user's desktop session.");
        }
    }

    private Query<Boolean> requireDesktopSession() {
        return jobs.hasDesktopSession().map(present -> {
            if (present) {
                return true;
            }
            throw new UserError("User \"" + identity.user()
                    + "\" has no desktop session, and macOS starts the services only in one; log in at the screen or with "
                    + "Screen Sharing (you can lock the screen afterwards), then try again. For unattended restarts, turn "
                    + "on automatic login (System Settings > Users & Groups; not available while FileVault is on).");
        });
    }

    /** Checks that no other user can create the log files, because launchd opens them by name. */
    private Query<Boolean> requireSafeLogs(Logs logs) {
        LogFiles files = logs.files();
        Path parent = logs.folder().toAbsolutePath().getParent();
        return Query.joined(parts -> {
            var folder = parts.add(files.folderProblems(identity));
            var above = parts.add(Query.stat(parent == null ? logs.folder() : parent));
            var problems = parts.add(files.problems(identity));
            return results -> {
                requireSafeFolder(logs, results.get(folder), results.get(above));
                results.get(problems).stream().findFirst().ifPresent(problem -> {
                    throw new UserError("The log file " + problem + "; remove it, then try again.");
                });
                return true;
            };
        });
    }

    private void requireSafeFolder(Logs logs, List<String> problems, FileState parent) {
        boolean isInHome = logs.folder().startsWith(identity.home());
        if (!problems.isEmpty()) {
            throw new UserError("The logs cannot be in " + logs.folder() + ": " + problems.get(0)
                    + (isInHome
                            ? "; fix that (for example with chmod go-w), then try again."
                            : ", who could create the log files first; set logs in the configuration to a folder that only"
                                    + " you can write to, or remove it to use ~/Library/Logs/aiserver."));
        }
        if (!isInHome && !(parent instanceof FileState.Directory)) {
            throw new UserError("The log folder " + logs.folder() + " cannot be created, because "
                    + logs.folder().getParent() + " does not exist; create it, then try again.");
        }
    }

    /** The command also asks the server at {@code OLLAMA_HOST}. */
    private static Command ollamaVersion(String program, ServerSpec spec) {
        return Command.of(program, "--version")
                .withEnvironment(
                        Map.of("OLLAMA_HOST", "127.0.0.1:" + spec.ollama().port()));
    }

    /** Prints HAProxy's version and build options. */
    private static Command haproxyBuild(String program) {
        return Command.of(program, "-vv");
    }

    private static boolean isAtLeast(Optional<Version> version, Version oldest) {
        return version.filter(known -> known.compareTo(oldest) >= 0).isPresent();
    }

    private static void requireOllama(Programs.Found found, ServerSpec spec) {
        Version version = version(
                "ollama",
                ollamaVersion(found.path().toString(), spec),
                OllamaVersions.in(found.output()).program());
        requireVersion("ollama", version, OLDEST_OLLAMA);
        if (!spec.allowsCloud() && version.compareTo(OLDEST_WITHOUT_CLOUD) < 0) {
            throw new UserError(
                    "ollama " + version + " has no setting that keeps prompts out of Ollama's cloud; version "
                            + OLDEST_WITHOUT_CLOUD
                            + " or newer is needed. Run \"brew upgrade ollama\", then try again; or allow"
                            + " the cloud with OLLAMA_NO_CLOUD: 0 under ollama.environment.");
        }
    }

    private static void requireHaproxy(Programs.Found found) {
        String program = found.path().toString();
        requireVersion(
                "haproxy", version("haproxy", haproxyBuild(program), Version.in(found.output())), OLDEST_HAPROXY);
        requirePcre(found.output());
    }

    private static Version version(String program, Command command, Optional<Version> found) {
        return found.orElseThrow(() -> new UserError("\"" + command + "\" does not print a version, so this " + program
                + " does not work; run \"brew reinstall " + program + "\", then try again."));
    }

    private static void requireVersion(String program, Version version, Version oldest) {
        if (version.compareTo(oldest) < 0) {
            throw new UserError(program + " is version " + version + ", but version " + oldest
                    + " or newer is needed; run \"brew upgrade " + program + "\", then try again.");
        }
    }

    /** haproxy.cfg finds control characters with {@code \x00}, which the C library's regular expressions do not support. */
    static void requirePcre(String build) {
        if (build.contains(WITHOUT_PCRE)) {
            throw new UserError(
                    "haproxy was built without PCRE, which haproxy.cfg needs for its regular expressions; run"
                            + " \"brew reinstall haproxy\", then try again.");
        }
    }

    private static Query<Tailscale.Node> node(Network network) {
        if (network instanceof Network.Address fixed) {
            return Query.of(new Tailscale.Node(fixed.address(), ""));
        }
        if (network instanceof Network.Tailscale) {
            return Tailscale.node();
        }
        throw new UserError(
                UserError.Kind.CONFIGURATION,
                "network.mode: loopback is only for rehearsals, because no other device could reach the server; use tailscale or"
                        + " address.");
    }

    private static boolean requireAddress(Network network, Tailscale.Node node, Set<String> interfaces) {
        Optional<Tailscale.Answer> answer =
                network instanceof Network.Tailscale ? Optional.of(new Tailscale.Connected(node)) : Optional.empty();
        requirePresent(AddressState.of(node.address(), interfaces, answer), node.address());
        return true;
    }

    private static void requirePresent(AddressState state, String address) {
        if (state instanceof AddressState.WithoutInterface) {
            throw new UserError(state.problem() + "; " + state.remedy() + ", then try again.");
        }
        if (!(state instanceof AddressState.Present)) {
            throw new UserError("No network interface of this machine has the address " + address
                    + "; start the VPN, or correct network.address in the configuration, then try again.");
        }
    }

    private static List<String> hostNames(ServerSpec spec, Tailscale.Node node) {
        Set<String> names = new LinkedHashSet<>();
        names.add(spec.name());
        names.addAll(spec.names());
        if (!node.dnsName().isEmpty()) {
            names.add(node.machineName());
            names.add(node.dnsName());
        }
        return List.copyOf(names);
    }

    private static Set<String> missing(Optional<Programs.Found> ollama, Optional<Programs.Found> haproxy) {
        Set<String> missing = new LinkedHashSet<>();
        if (ollama.isEmpty()) {
            missing.add("ollama");
        }
        if (haproxy.isEmpty()) {
            missing.add("haproxy");
        }
        return missing;
    }

    /** Collects all problems, so that the user sees them at once. */
    private static final class Problems {
        private final List<String> sentences = new ArrayList<>();

        /** Returns the value, or notes the problem. */
        <T> Optional<T> collect(Attempt<T> attempt) {
            attempt.error()
                    .map(UserError::sentence)
                    .filter(sentence -> !sentences.contains(sentence))
                    .ifPresent(sentences::add);
            return attempt.value();
        }

        void throwIfAny() {
            if (sentences.size() == 1) {
                throw new UserError(sentences.get(0));
            }
            if (!sentences.isEmpty()) {
                throw new UserError(sentences.size() + " problems prevent the installation:\n  - "
                        + String.join("\n  - ", sentences));
            }
        }
    }
}
