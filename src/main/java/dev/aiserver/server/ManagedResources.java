package dev.aiserver.server;

import dev.aiserver.host.Content;
import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
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
import dev.aiserver.resource.Service;
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
                && change.resource().to(new Managed(receipt, change.before(), change.after()));
    }

    private static boolean isValid(State state) {
        return !(state instanceof State.File file)
                || Content.isDigest(file.digest()) && (file.mode() & ~PERMISSIONS) == 0;
    }

    /** Tells of each kind of resource whether an installation can bring it from one state to the other. */
    private final class Managed implements Resource.Cases<Boolean> {
        private final Receipt receipt;
        private final State before;
        private final State after;

        Managed(Receipt receipt, State before, State after) {
            this.receipt = receipt;
            this.before = before;
            this.after = after;
        }

        @Override
        public Boolean formula(BrewPackage formula) {
            return Set.of("ollama", "haproxy").contains(formula.formula());
        }

        @Override
        public Boolean directory(Directory directory) {
            return isManaged(receipt, directory.path());
        }

        @Override
        public Boolean file(HostFile file) {
            return isManaged(file.path())
                    || isAgent(file.path()) && before instanceof State.File && after.equals(State.ABSENT);
        }

        @Override
        public Boolean loginItem(LoginItem item) {
            return Layout.LABELS.contains(item.label());
        }

        @Override
        public Boolean job(Job job) {
            return isJob(job, Layout.OLLAMA, Layout.HAPROXY)
                    && job.health().path().equals("/api/version");
        }

        @Override
        public Boolean oneShotJob(OneShotJob job) {
            return isJob(job, Layout.WARM_MODELS, Layout.ROTATE_LOGS);
        }

        @Override
        public Boolean existingJob(ExistingJob job) {
            return isAgent(job.plist()) && !job.label().contains("/") && !before.equals(State.ABSENT);
        }
    }

    private boolean isJob(Service job, String... labels) {
        return List.of(labels).contains(job.label())
                && job.plist().equals(layout.launchAgents().resolve(job.label() + ".plist"));
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
