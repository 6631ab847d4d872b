package dev.aiserver.server;

import dev.aiserver.host.Content;
import dev.aiserver.plan.Change;
import dev.aiserver.plan.ManagedScope;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.BrewPackage;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.LoginItem;
import dev.aiserver.resource.OneShotJob;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Defines what an installation can change: its own files, folders and jobs, and other LaunchAgents of the user, which it
 * stops and removes. A receipt or journal that names anything else could make an uninstall delete or stop what does not
 * belong to aiserver.
 */
public final class ManagedResources implements ManagedScope {
    private static final int PERMISSIONS = 0777;

    private final Layout layout;

    public ManagedResources(Layout layout) {
        this.layout = layout;
    }

    @Override
    public boolean covers(Receipt receipt, Change change) {
        return isValid(change.before())
                && isValid(change.after())
                && covers(receipt, change.resource(), change.before(), change.after());
    }

    private static boolean isValid(State state) {
        return !(state instanceof State.File file)
                || Content.isDigest(file.digest()) && (file.mode() & ~PERMISSIONS) == 0;
    }

    private boolean covers(Receipt receipt, Resource resource, State before, State after) {
        if (resource instanceof BrewPackage brew) {
            return Set.of("ollama", "haproxy").contains(brew.formula());
        }
        if (resource instanceof Directory directory) {
            return isManaged(receipt, directory.path());
        }
        if (resource instanceof HostFile file) {
            return isManaged(file.path())
                    || isAgent(file.path()) && before instanceof State.File && after.equals(State.ABSENT);
        }
        if (resource instanceof ExistingJob job) {
            return isAgent(job.plist()) && !job.label().contains("/") && !before.equals(State.ABSENT);
        }
        if (resource instanceof LoginItem item) {
            return Layout.LABELS.contains(item.label());
        }
        if (resource instanceof OneShotJob job) {
            return isJob(job.label(), job.plist(), Layout.WARM_MODELS, Layout.ROTATE_LOGS);
        }
        return resource instanceof Job job
                && isJob(job.label(), job.plist(), Layout.OLLAMA, Layout.HAPROXY)
                && job.health().path().equals("/api/version");
    }

    private boolean isJob(String label, Path plist, String... labels) {
        return List.of(labels).contains(label)
                && plist.equals(layout.launchAgents().resolve(label + ".plist"));
    }

    private boolean isAgent(Path path) {
        return Objects.equals(path.getParent(), layout.launchAgents())
                && path.toString().endsWith(".plist");
    }

    private boolean isManaged(Path file) {
        return Set.of(
                                layout.ollamaPlist(),
                                layout.haproxyPlist(),
                                layout.warmModelsPlist(),
                                layout.rotateLogsPlist(),
                                layout.haproxyCfg(),
                                layout.program(),
                                layout.command())
                        .contains(file)
                || Objects.equals(file.getParent(), layout.previousInstallation());
    }

    /** Returns whether it is a folder of aiserver's files, or one of their parents inside the home directory. */
    private boolean isManaged(Receipt receipt, Path directory) {
        Path home = layout.home();
        Path logs = logs(receipt.configuration());
        return directory.equals(logs)
                || directory.equals(layout.previousInstallation())
                || Stream.of(
                                layout.haproxyCfg(),
                                layout.ollamaPlist(),
                                layout.program(),
                                layout.command(),
                                logs.resolve("log"))
                        .map(Path::getParent)
                        .anyMatch(folder ->
                                folder.startsWith(directory) && directory.startsWith(home) && !directory.equals(home));
    }

    private Path logs(Map<String, Object> configuration) {
        Path written = configuration.get("logs") instanceof String folder && folder.indexOf('\0') < 0
                ? Path.of(folder)
                : ServerSpec.defaults().logs();
        return Logs.of(ServerSpec.defaults().withLogs(written), layout.home()).folder();
    }
}
