package dev.aiserver.server;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.plan.DesiredResource;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.Directory;
import dev.aiserver.resource.ExistingJob;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.resource.Resource;
import dev.aiserver.resource.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The services that an uninstall brings back: whether other machines would reach them, and how they stay away. */
final class Restore {
    private static final int KEPT_DIRECTORY_MODE = 0700;
    private static final int KEPT_FILE_MODE = 0600;
    private static final int DIGITS_IN_A_NAME = 8;
    private static final Pattern WILDCARD_BIND =
            Pattern.compile("(?m)^\\s*bind\\s+(?:ipv[46]@)?((?:\\*|0\\.0\\.0\\.0|::|\\[::])?:\\d+)");

    private final Host host;
    private final Layout layout;
    private final Receipt receipt;
    private final Contents contents;

    /** @param contents of the files that the receipt may bring back */
    Restore(Host host, Layout layout, Receipt receipt, Contents contents) {
        this.host = host;
        this.layout = layout;
        this.receipt = receipt;
        this.contents = contents;
    }

    /**
     * What would listen where other machines reach it without our proxy: an Ollama on anything but loopback, a proxy on
     * every address.
     *
     * @param session the value of {@code OLLAMA_HOST} that jobs of the session inherit, empty when none
     */
    List<String> exposed(String session) {
        List<String> exposed = new ArrayList<>();
        for (Receipt.Entry entry : files()) {
            HostFile file = (HostFile) entry.resource();
            if (file.path().equals(layout.haproxyCfg())) {
                WILDCARD_BIND
                        .matcher(text(entry))
                        .results()
                        .forEach(bind -> exposed.add("HAProxy on " + bind.group(1)));
            } else {
                LaunchAgent.read(host, contents.get(digest(entry)), session)
                        .flatMap(agent -> exposed(agent, file.path()))
                        .ifPresent(exposed::add);
            }
        }
        return exposed;
    }

    private Optional<String> exposed(LaunchAgent agent, Path plist) {
        boolean proxy =
                agent.label().equals(Layout.HAPROXY) || agent.program().equals(Optional.of(ServerProgram.HAPROXY));
        Stream<String> seen = jobs().filter(job -> job.plist().equals(plist))
                .flatMap(job -> job.addresses().stream())
                .filter(address -> proxy ? address.startsWith("*:") : !isLoopback(address));
        Stream<String> written = !proxy && !agent.listensOn().isLoopback()
                ? Stream.of(agent.listensOn().toString())
                : Stream.empty();
        return Stream.concat(seen, written)
                .findFirst()
                .map(address -> (proxy ? ServerProgram.HAPROXY : ServerProgram.OLLAMA).title() + " (" + agent.label()
                        + ") on " + address);
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.startsWith("[::1]:");
    }

    private Stream<ExistingJob> jobs() {
        return receipt.resources().stream()
                .filter(ExistingJob.class::isInstance)
                .map(ExistingJob.class::cast);
    }

    /** The files of earlier services, the proxy's configuration among them. */
    private List<Receipt.Entry> files() {
        return receipt.entries().stream()
                .filter(entry -> entry.before() instanceof State.File && belongsToAService(entry.resource()))
                .toList();
    }

    private boolean belongsToAService(Resource resource) {
        return resource instanceof HostFile file
                && (file.path().startsWith(layout.launchAgents()) || file.path().startsWith(layout.haproxyDirectory()));
    }

    /** The same targets, but no earlier service comes back. */
    List<DesiredResource> withheld(List<DesiredResource> targets) {
        return targets.stream()
                .filter(target -> !isKept(target.resource()))
                .map(target -> comesBack(target) ? new DesiredResource(target.resource(), State.ABSENT) : target)
                .toList();
    }

    private boolean comesBack(DesiredResource target) {
        return target.resource() instanceof ExistingJob
                || target.resource() instanceof Job
                || target.state() instanceof State.File && belongsToAService(target.resource());
    }

    /** Left by an uninstall that broke off; {@link #kept} says it anew. */
    private boolean isKept(Resource resource) {
        return resource instanceof HostFile file && file.path().startsWith(layout.earlierInstallation())
                || resource instanceof Directory directory && directory.path().equals(layout.earlierInstallation());
    }

    /** Copies of the files that do not come back; one that is kept already under a name keeps it. */
    List<DesiredResource> kept() {
        List<DesiredResource> kept = new ArrayList<>();
        for (Receipt.Entry entry : files()) {
            String digest = digest(entry);
            kept.add(new DesiredResource(
                    new HostFile(place(((HostFile) entry.resource()).path(), digest)),
                    new State.File(digest, KEPT_FILE_MODE)));
        }
        if (!kept.isEmpty()) {
            kept.add(new DesiredResource(
                    new Directory(layout.earlierInstallation(), KEPT_DIRECTORY_MODE), State.PRESENT));
        }
        return kept;
    }

    /** Of each copy, a sentence for the person who looks for it. */
    List<String> leftAside() {
        return kept().stream()
                .filter(target -> target.resource() instanceof HostFile)
                .map(target -> target.resource().name() + ": the earlier installation's, which does not come back.")
                .toList();
    }

    private Path place(Path path, String digest) {
        Path place = layout.earlierInstallation().resolve(String.valueOf(path.getFileName()));
        boolean free = host.file(place) instanceof FileState.Absent
                || host.file(place) instanceof FileState.Regular regular
                        && regular.content().digest().equals(digest);
        return free ? place : place.resolveSibling(place.getFileName() + "." + digest.substring(0, DIGITS_IN_A_NAME));
    }

    private static String digest(Receipt.Entry entry) {
        return ((State.File) entry.before()).digest();
    }

    private String text(Receipt.Entry entry) {
        return contents.get(digest(entry)).text();
    }
}
