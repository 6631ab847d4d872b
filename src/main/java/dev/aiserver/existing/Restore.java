package dev.aiserver.existing;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.agent.ServerProgram;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
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

/** Restores the existing services at an uninstall, or keeps copies of their files instead. Also finds which are exposed. */
public final class Restore {
    private static final int KEPT_DIRECTORY_MODE = 0700;
    private static final int KEPT_FILE_MODE = 0600;
    private static final int DIGITS_IN_A_NAME = 8;
    private static final Pattern WILDCARD_BIND =
            Pattern.compile("(?m)^\\s*bind\\s+(?:ipv[46]@)?((?:\\*|0\\.0\\.0\\.0|::|\\[::])?:\\d+)");

    private final Layout layout;
    private final Receipt receipt;
    private final Contents contents;

    /** @param contents the files that the receipt can restore */
    public Restore(Layout layout, Receipt receipt, Contents contents) {
        this.layout = layout;
        this.receipt = receipt;
        this.contents = contents;
    }

    /**
     * Asks for the existing services that other machines could reach without aiserver's proxy: an Ollama on anything but
     * loopback, or a proxy on every address.
     *
     * @param session the value of {@code OLLAMA_HOST} that the session's jobs inherit, or empty
     */
    public Query<List<String>> exposed(String session) {
        return Query.all(files().stream().map(entry -> exposed(entry, session)).toList())
                .map(exposed -> exposed.stream().flatMap(List::stream).toList());
    }

    private Query<List<String>> exposed(Receipt.Entry entry, String session) {
        Path path = ((HostFile) entry.resource()).path();
        Content content = contents.get(digest(entry));
        if (path.equals(layout.haproxyCfg())) {
            return Query.of(WILDCARD_BIND
                    .matcher(content.text())
                    .results()
                    .map(bind -> "HAProxy on " + bind.group(1))
                    .toList());
        }
        return LaunchAgent.read(content)
                .map(agent -> agent.map(read -> read.inSession(session)).flatMap(read -> exposed(read, path)).stream()
                        .toList());
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

    /** Returns the files of existing services, including the proxy's configuration. */
    private List<Receipt.Entry> files() {
        return receipt.entries().stream()
                .filter(entry -> entry.before() instanceof State.File && belongsToAService(entry.resource()))
                .toList();
    }

    private boolean belongsToAService(Resource resource) {
        return resource instanceof HostFile file
                && (file.path().startsWith(layout.launchAgents()) || file.path().startsWith(layout.haproxyDirectory()));
    }

    /** Returns the targets without restoring any existing service. */
    public List<DesiredResource> withoutExistingServices(List<DesiredResource> targets) {
        return targets.stream()
                .filter(target -> !isCopy(target.resource()))
                .map(target -> isRestored(target) ? new DesiredResource(target.resource(), State.ABSENT) : target)
                .toList();
    }

    private boolean isRestored(DesiredResource target) {
        return target.resource() instanceof ExistingJob
                || target.resource() instanceof Job
                || target.state() instanceof State.File && belongsToAService(target.resource());
    }

    /** Returns whether an interrupted uninstall left this copy; {@link #copies} adds it again. */
    private boolean isCopy(Resource resource) {
        return resource instanceof HostFile file && file.path().startsWith(layout.previousInstallation())
                || resource instanceof Directory directory && directory.path().equals(layout.previousInstallation());
    }

    /** Asks for copies of the files that are not restored. An existing copy keeps its name. */
    public Query<List<DesiredResource>> copies() {
        return Query.all(files().stream().map(this::copy).toList()).map(files -> {
            List<DesiredResource> copies = new ArrayList<>(files);
            if (!copies.isEmpty()) {
                copies.add(new DesiredResource(
                        new Directory(layout.previousInstallation(), KEPT_DIRECTORY_MODE), State.PRESENT));
            }
            return copies;
        });
    }

    /** Returns a sentence for people about each copy. */
    public static List<String> copyNotes(List<DesiredResource> copies) {
        return copies.stream()
                .filter(target -> target.resource() instanceof HostFile)
                .map(target -> target.resource().name() + ": a file of the existing services, which are not restored.")
                .toList();
    }

    private Query<DesiredResource> copy(Receipt.Entry entry) {
        String digest = digest(entry);
        Path place = layout.previousInstallation()
                .resolve(String.valueOf(((HostFile) entry.resource()).path().getFileName()));
        return Query.file(place)
                .map(now -> new DesiredResource(
                        new HostFile(isFree(now, digest) ? place : numbered(place, digest)),
                        new State.File(digest, KEPT_FILE_MODE)));
    }

    private static boolean isFree(FileState now, String digest) {
        return now instanceof FileState.Absent
                || now instanceof FileState.Regular regular
                        && regular.content().digest().equals(digest);
    }

    private static Path numbered(Path place, String digest) {
        return place.resolveSibling(place.getFileName() + "." + digest.substring(0, DIGITS_IN_A_NAME));
    }

    private static String digest(Receipt.Entry entry) {
        return ((State.File) entry.before()).digest();
    }
}
