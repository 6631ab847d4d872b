package standin.launchd;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Holds one user's domains and their jobs. Call every method under the lock of {@link LockedScheduler}. */
final class EmbeddedLaunchd {
    private static final int WRITABLE_BY_OTHERS = 022;

    final Account account;
    final Quirks quirks;
    final Spawner spawner;
    final LockedScheduler scheduler = new LockedScheduler();
    final Map<String, String> variables = new TreeMap<>();
    final Map<String, Boolean> disabled = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    private final Map<String, LaunchdJob> desktop = new TreeMap<>();
    private final Map<String, LaunchdJob> background = new TreeMap<>();
    private final List<LaunchdJob> everLoaded = new ArrayList<>();
    private boolean loggedIn;

    EmbeddedLaunchd(Account account, Quirks quirks) {
        this.account = account;
        this.quirks = quirks;
        this.spawner = new Spawner(account);
        this.loggedIn = quirks.desktop();
    }

    /** Returns the jobs of a domain. The system domain is empty here, because only root changes it. */
    Map<String, LaunchdJob> jobs(Target target) throws LaunchdFailure {
        if (target.isSystem()) {
            return Map.of();
        }
        if (!Set.of("gui", "user").contains(target.kind()) || target.number() != account.uid()) {
            throw new LaunchdFailure(LaunchdError.NO_SUCH_DOMAIN);
        }
        if (target.kind().equals("user")) {
            return background;
        }
        if (!loggedIn) {
            throw new LaunchdFailure(quirks.noDesktopCode());
        }
        return desktop;
    }

    /** Returns the domain for verbs that name none: {@code list}, {@code load}, {@code unload}. */
    Target callersDomain() {
        return new Target(quirks.ssh() ? "user" : "gui", account.uid(), "");
    }

    LaunchdJob job(Target target) throws LaunchdFailure {
        LaunchdJob job = jobs(target).get(target.label());
        if (job == null) {
            throw new LaunchdFailure(LaunchdError.NO_SUCH_SERVICE);
        }
        return job;
    }

    void bootstrap(Target domain, Path plist) throws LaunchdFailure {
        Map<String, LaunchdJob> jobs = writable(domain);
        requireSafeFile(plist);
        JobDefinition definition = definition(plist);
        if (!definition.sessionTypes().contains(domain.kind().equals("gui") ? "Aqua" : "Background")) {
            throw opaque(LaunchdError.WRONG_SESSION);
        }
        if (isDisabled(definition.label())) {
            throw new LaunchdFailure(quirks.disabledCode());
        }
        LaunchdJob loaded = jobs.get(definition.label());
        if (loaded != null) {
            throw new LaunchdFailure(loaded.isRemoving() ? quirks.drainCode() : quirks.alreadyCode());
        }
        load(jobs, definition);
    }

    /** Starts to unload a job, and returns before its process has ended. */
    void bootout(Target target, Optional<Fault.Effect> fault) throws LaunchdFailure {
        Map<String, LaunchdJob> jobs = writable(target);
        LaunchdJob job = jobs.get(target.label());
        if (job == null) {
            throw new LaunchdFailure(LaunchdError.NO_SUCH_PROCESS);
        }
        if (job.isRemoving()) {
            throw new LaunchdFailure(LaunchdError.ALREADY_IN_PROGRESS);
        }
        long linger =
                fault.orElse(null) instanceof Fault.Linger slow ? slow.time().toNanos() : 0;
        job.remove(fault.orElse(null) instanceof Fault.DrainForever, linger, () -> jobs.remove(target.label(), job));
    }

    boolean isDisabled(String label) {
        return disabled.getOrDefault(label, false);
    }

    /** Starts a desktop session and loads the agents in the user's LaunchAgents folder; symbolic links are skipped. */
    void logIn() throws IOException {
        loggedIn = true;
        Path agents = account.home().resolve("Library/LaunchAgents");
        if (!Files.isDirectory(agents)) {
            return;
        }
        Set<Path> plists = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(agents, "*.plist")) {
            files.forEach(plists::add);
        }
        for (Path plist : plists) {
            if (!Files.isSymbolicLink(plist)) {
                loadAtLogin(plist);
            }
        }
    }

    private void loadAtLogin(Path plist) {
        try {
            bootstrap(new Target("gui", account.uid(), ""), plist);
        } catch (LaunchdFailure e) {
            log.add("Could not load " + plist + " at login: " + e.getMessage());
        }
    }

    /** Ends the desktop session and all its jobs. */
    void logOut() {
        loggedIn = false;
        desktop.values().forEach(job -> job.remove(false, 0, () -> {}));
        desktop.clear();
    }

    void destroy() {
        everLoaded.forEach(LaunchdJob::destroy);
    }

    private Map<String, LaunchdJob> writable(Target target) throws LaunchdFailure {
        if (target.isSystem()) {
            throw new LaunchdFailure(LaunchdError.OPERATION_NOT_PERMITTED);
        }
        return jobs(target);
    }

    private void load(Map<String, LaunchdJob> jobs, JobDefinition definition) {
        LaunchdJob job = new LaunchdJob(definition, spawner, scheduler, account.timeScale(), variables);
        everLoaded.add(job);
        jobs.put(definition.label(), job);
        if (definition.runAtLoad()) {
            job.demand("speculative");
        }
        job.startEveryInterval();
    }

    private JobDefinition definition(Path plist) throws LaunchdFailure {
        try {
            return JobDefinition.read(plist);
        } catch (LaunchdFailure e) {
            log.add("Bootstrap failed: " + e.code + ": " + e.getMessage());
            throw quirks.opaqueErrors() ? new LaunchdFailure(LaunchdError.INPUT_OUTPUT, e) : e;
        }
    }

    private void requireSafeFile(Path plist) throws LaunchdFailure {
        if (!Files.isRegularFile(plist)) {
            throw opaque(LaunchdError.NO_SUCH_FILE);
        }
        try {
            int mode = attribute(plist, "unix:mode");
            if ((mode & WRITABLE_BY_OTHERS) != 0 || attribute(plist, "unix:uid") != account.uid()) {
                throw opaque(LaunchdError.BAD_OWNERSHIP);
            }
        } catch (IOException e) {
            throw opaque(LaunchdError.NO_SUCH_FILE);
        }
    }

    private static int attribute(Path path, String name) throws IOException {
        return (Integer) Files.getAttribute(path, name);
    }

    private LaunchdFailure opaque(LaunchdError error) {
        log.add("Bootstrap failed: " + error.code + ": " + LaunchdError.text(error.code));
        return new LaunchdFailure(quirks.opaqueErrors() ? LaunchdError.INPUT_OUTPUT : error);
    }
}
