package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.ollama.LoadedModel;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.Observer;
import dev.aiserver.plan.Receipt;
import dev.aiserver.plan.ReceiptStore;
import dev.aiserver.resource.Contents;
import dev.aiserver.resource.HostFile;
import dev.aiserver.resource.Job;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.Launchd;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at an installed server: quick, and no proof. */
public final class Status {
    private final Host host;
    private final Launchd launchd;
    private final ReceiptStore store;

    public Status(Host host, Launchd launchd, ReceiptStore store) {
        this.host = host;
        this.launchd = launchd;
        this.store = store;
    }

    /**
     * What was seen.
     *
     * @param url where clients find the server
     * @param edited files that are not as they were installed
     * @param ollamaVersion empty when Ollama does not answer
     */
    public record Snapshot(
            String url,
            List<Service> services,
            List<String> listeners,
            List<String> edited,
            String ollamaVersion,
            List<String> installedModels,
            List<LoadedModel> loadedModels) {

        public boolean isHealthy() {
            return edited.isEmpty()
                    && !ollamaVersion.isEmpty()
                    && services.stream().allMatch(service -> service.problem().isEmpty());
        }
    }

    /**
     * A job of ours.
     *
     * @param pid 0 when no process runs
     * @param problem empty when it is ready
     */
    public record Service(String label, String state, int pid, String problem) {}

    /** @throws Trouble when nothing is installed */
    public Snapshot look() {
        Installation installation = Installation.load(store);
        Receipt receipt = installation.receipt();
        Observer observer = new Observer(host, launchd, receipt, new Contents());
        OllamaClient ollama = new OllamaClient(installation.spec().ollama().port());
        int proxyPort = installation.spec().proxy().port();
        List<Listener> listeners =
                new Lsof(host).listeners(List.of(installation.spec().ollama().port(), proxyPort));
        String version = answered(ollama::version).orElse("");
        return new Snapshot(
                "http://" + installation.spec().name() + ":" + proxyPort,
                receipt.entries().stream()
                        .map(Receipt.Entry::resource)
                        .filter(Job.class::isInstance)
                        .map(resource -> service((Job) resource))
                        .toList(),
                listeners.stream().map(Listener::toString).toList(),
                receipt.entries().stream()
                        .filter(entry -> entry.resource() instanceof HostFile)
                        .filter(entry -> !observer.state(entry.resource()).equals(entry.after()))
                        .map(entry -> entry.resource().name())
                        .toList(),
                version,
                version.isEmpty()
                        ? List.of()
                        : ollama.installed().stream().map(model -> model.name()).toList(),
                version.isEmpty() ? List.of() : ollama.loaded());
    }

    private Service service(Job job) {
        JobStatus status = launchd.status(job.label());
        if (!(status instanceof JobStatus.Loaded loaded)) {
            return new Service(job.label(), "not loaded", 0, "it is not loaded; run \"aiserver install\"");
        }
        String problem = loaded.print().isRunning()
                ? job.health().problem().orElse("")
                : "last ended with " + loaded.print().lastExit().words();
        return new Service(
                job.label(), loaded.print().state(), loaded.print().pid().orElse(0), problem);
    }

    private static Optional<String> answered(Supplier<String> question) {
        try {
            return Optional.of(question.get());
        } catch (Trouble trouble) {
            return Optional.empty();
        }
    }
}
