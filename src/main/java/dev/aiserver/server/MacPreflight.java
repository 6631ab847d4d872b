package dev.aiserver.server;

import dev.aiserver.agent.ConflictSearch;
import dev.aiserver.agent.ConflictingServer;
import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import dev.aiserver.net.AddressState;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Tailscale;
import dev.aiserver.service.Launchd;
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
import java.util.function.Supplier;
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

    private final Host host;
    private final Launchd launchd;

    public MacPreflight(Host host, Launchd launchd) {
        this.host = host;
        this.launchd = launchd;
    }

    @Override
    public Preflight on(Host view, Launchd viewed) {
        return new MacPreflight(view, viewed);
    }

    @Override
    public Prefetch prefetch(ServerSpec spec) {
        Path home = host.facts().home();
        Logs logs = Logs.of(spec, home);
        List<Path> stats = new ArrayList<>(
                Optional.ofNullable(logs.folder().getParent()).stream().toList());
        ModelFolder.of(spec).ifPresent(stats::add);
        return Prefetch.ofStats(stats)
                .and(logs.files().prefetch(home))
                .and(new Programs(host).prefetch())
                .and(spec.network() instanceof Network.Tailscale ? Tailscale.prefetch() : Prefetch.none())
                .and(Interfaces.prefetch(host.facts()))
                .and(new ExistingServiceSearch(host, launchd).prefetch(spec))
                .and(ConflictSearch.prefetch(host, launchd))
                .and(PortCheck.prefetch(spec, launchd));
    }

    @Override
    public Prefetch followUpPrefetch(ServerSpec spec) {
        return new ExistingServiceSearch(host, launchd)
                .followUpPrefetch()
                .and(ConflictSearch.followUpPrefetch(host))
                .and(new Programs(host)
                        .followUpPrefetch(program -> program.endsWith("ollama")
                                ? List.of(ollamaVersion(program, spec))
                                : List.of(haproxyBuild(program))))
                .and(
                        spec.network() instanceof Network.Tailscale
                                ? new Tailscale(host).followUpPrefetch()
                                : Prefetch.none());
    }

    @Override
    public HostFacts check(ServerSpec spec) {
        HostIdentity facts = host.facts();
        requireMac(facts);
        host.tools().requirePresent(TOOLS);
        host.tools().requireSafe();
        Programs programs = new Programs(host);
        Path prefix = programs.prefix();
        Problems problems = new Problems();
        problems.check(() -> requireDesktopSession(facts));
        problems.check(() -> requireSafeLogs(facts, Logs.of(spec, facts.home())));
        problems.check(() -> ModelFolder.require(host, spec));
        Version oldestOllama = spec.allowsCloud() ? OLDEST_OLLAMA : OLDEST_WITHOUT_CLOUD;
        Optional<Programs.Found> ollama = problems.collect(() -> programs.find(
                        "ollama",
                        prefix,
                        program -> ollamaVersion(program, spec),
                        output -> isAtLeast(OllamaVersions.in(output).program(), oldestOllama)))
                .flatMap(Function.identity());
        Optional<Programs.Found> haproxy = problems.collect(() -> programs.find(
                        "haproxy",
                        prefix,
                        MacPreflight::haproxyBuild,
                        output -> isAtLeast(Version.in(output), OLDEST_HAPROXY)))
                .flatMap(Function.identity());
        ollama.ifPresent(found -> problems.check(() -> requireOllama(found, spec)));
        haproxy.ifPresent(found -> problems.check(() -> requireHaproxy(found)));
        Optional<Tailscale.Node> node = problems.collect(() -> node(spec.network()));
        node.ifPresent(known -> problems.check(() -> requireAddress(spec.network(), known)));
        List<ExistingService> earlier = problems.collect(() -> new ExistingServiceSearch(host, launchd).search(spec))
                .orElse(List.of());
        node.ifPresent(known -> problems.check(() -> {
            new PortCheck(host, launchd).requireFree(spec, known.address(), earlier);
            requireNoConflicts(spec, earlier);
        }));
        problems.throwIfAny();
        Tailscale.Node known = node.orElseThrow();
        return new HostFacts(
                ollama.map(Programs.Found::path).orElse(Programs.inPrefix("ollama", prefix)),
                haproxy.map(Programs.Found::path).orElse(Programs.inPrefix("haproxy", prefix)),
                known.address(),
                hostNames(spec, known),
                missing(ollama, haproxy),
                earlier,
                ollama.flatMap(found -> OllamaVersions.in(found.output()).outdated()));
    }

    /**
     * Rejects other servers that start by themselves: each restart of the machine would decide which server clients reach.
     */
    private void requireNoConflicts(ServerSpec spec, List<ExistingService> earlier) {
        List<Path> own = Stream.concat(
                        new Layout(host.facts().home()).agents().stream(),
                        earlier.stream().map(ExistingService::plist))
                .toList();
        new ConflictSearch(host, launchd, own)
                .search(spec.ollama().port()).stream()
                        .filter(ConflictingServer::isHarmful)
                        .findFirst()
                        .ifPresent(conflict -> {
                            throw new UserError("Conflict: " + conflict.description() + ", then try again.");
                        });
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

    private void requireDesktopSession(HostIdentity facts) {
        if (!launchd.hasDesktopSession()) {
            throw new UserError("User \"" + facts.user()
                    + "\" has no desktop session, and macOS starts the services only in one; log in at the screen or with "
                    + "Screen Sharing (you can lock the screen afterwards), then try again. For unattended restarts, turn "
                    + "on automatic login (System Settings > Users & Groups; not available while FileVault is on).");
        }
    }

    /** Checks that no other user can create the log files, because launchd opens them by name. */
    private void requireSafeLogs(HostIdentity facts, Logs logs) {
        LogFiles files = logs.files();
        List<String> folder = files.folderProblems(host);
        if (!folder.isEmpty()) {
            throw new UserError("The logs cannot be in " + logs.folder() + ": " + folder.get(0)
                    + (logs.folder().startsWith(facts.home())
                            ? "; fix that (for example with chmod go-w), then try again."
                            : ", who could create the log files first; set logs in the configuration to a folder that only"
                                    + " you can write to, or remove it to use ~/Library/Logs/aiserver."));
        }
        Path parent = logs.folder().getParent();
        if (parent != null
                && !logs.folder().startsWith(facts.home())
                && !(host.stat(parent) instanceof FileState.Directory)) {
            throw new UserError("The log folder " + logs.folder() + " cannot be created, because " + parent
                    + " does not exist; create it, then try again.");
        }
        files.problems(host).stream().findFirst().ifPresent(problem -> {
            throw new UserError("The log file " + problem + "; remove it, then try again.");
        });
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

    private Tailscale.Node node(Network network) {
        if (network instanceof Network.Address fixed) {
            return new Tailscale.Node(fixed.address(), "");
        }
        if (network instanceof Network.Tailscale) {
            return new Tailscale(host).node();
        }
        throw new UserError(
                UserError.Kind.CONFIGURATION,
                "network.mode: loopback is only for rehearsals, because no other device could reach the server; use tailscale or"
                        + " address.");
    }

    private void requireAddress(Network network, Tailscale.Node node) {
        AddressState state = AddressState.of(
                node.address(),
                new Interfaces(host).addresses(),
                network instanceof Network.Tailscale
                        ? Optional.of(() -> new Tailscale.Connected(node))
                        : Optional.empty());
        if (state instanceof AddressState.WithoutInterface) {
            throw new UserError(state.problem() + "; " + state.remedy() + ", then try again.");
        }
        if (!(state instanceof AddressState.Present)) {
            throw new UserError("No network interface of this machine has the address " + node.address()
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

        void check(Runnable requirement) {
            collect(() -> {
                requirement.run();
                return true;
            });
        }

        <T> Optional<T> collect(Supplier<T> check) {
            try {
                return Optional.of(check.get());
            } catch (UserError error) {
                if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
                    throw error;
                }
                if (!sentences.contains(error.sentence())) {
                    sentences.add(error.sentence());
                }
                return Optional.empty();
            }
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
