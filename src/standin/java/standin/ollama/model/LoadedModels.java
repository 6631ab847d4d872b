package standin.ollama.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import standin.ollama.go.ApiError;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;

/**
 * Loads, keeps and evicts models by the rules of Ollama's scheduler. It keeps one runner for each weights file
 * (server/sched.go:110) and lists it by the first name it was loaded under.
 */
public final class LoadedModels {
    private static final Duration LONGEST_TIMER = Duration.ofDays(365);

    /** Holds a model in memory. Its fields are guarded by the {@link LoadedModels} that created it. */
    public static final class ModelRunner {
        private final CatalogueModel model;
        private final int contextLength;
        private Duration keepAlive;
        private Instant expires = Instant.MAX;
        private boolean loading = true;
        private int users = 1;
        private EngineFactory.Engine engine = () -> {};

        private ModelRunner(CatalogueModel model, int contextLength, Duration keepAlive) {
            this.model = model;
            this.contextLength = contextLength;
            this.keepAlive = keepAlive;
        }
    }

    /** @param inGraphicsMemory number of bytes in graphics memory */
    public record Loaded(CatalogueModel model, int contextLength, Instant expires, long inGraphicsMemory) {}

    private final OllamaSettings settings;
    private final ActiveFaults activeFaults;
    private final EngineFactory engines;
    private final List<ModelRunner> runners = new ArrayList<>();
    private int waiting;

    public LoadedModels(OllamaSettings settings, ActiveFaults activeFaults, EngineFactory engines) {
        this.settings = settings;
        this.activeFaults = activeFaults;
        this.engines = engines;
    }

    /**
     * Finds the model in memory or loads it, and keeps it from expiring until {@link #release}. A load belongs to its
     * request and ends when that client disconnects.
     *
     * @param contextLength context length in tokens, 0 for the server's default; a change reloads the model
     * @throws ApiError 503 if the queue is full, 500 if the load fails
     */
    public ModelRunner acquire(CatalogueModel model, Optional<Duration> keepAlive, int contextLength, Exchange client)
            throws ClientDisconnected {
        int context =
                Math.min(model.weights().contextLength(), contextLength > 0 ? contextLength : settings.contextLength());
        Optional<ModelRunner> ready = readyOrReserved(model, keepAlive, context);
        ModelRunner runner = ready.orElseThrow(
                () -> new ApiError(503, "server busy, please try again.  maximum pending requests exceeded"));
        boolean loaded = false;
        try {
            load(runner, client);
            loaded = true;
        } finally {
            settle(runner, loaded);
        }
        return runner;
    }

    private synchronized Optional<ModelRunner> readyOrReserved(
            CatalogueModel model, Optional<Duration> keepAlive, int context) throws ClientDisconnected {
        while (true) {
            Optional<ModelRunner> existing = find(model);
            if (existing.isPresent()) {
                ModelRunner runner = existing.get();
                if (!runner.loading && runner.contextLength == context) {
                    runner.users++;
                    runner.keepAlive = keepAlive.orElse(runner.keepAlive);
                    return existing;
                }
                if (runner.users == 0) {
                    end(runner);
                } else if (!awaitInQueue()) {
                    return Optional.empty();
                }
                continue;
            }
            if (!evictFor(model)) {
                if (!awaitInQueue()) {
                    return Optional.empty();
                }
                continue;
            }
            if (activeFaults.takeBusy()) {
                return Optional.empty();
            }
            ModelRunner runner = new ModelRunner(model, context, keepAlive.orElse(settings.keepAlive()));
            runners.add(runner);
            return Optional.of(runner);
        }
    }

    /** Waits for a change. Returns false if the queue is full; the request being scheduled does not count. */
    private boolean awaitInQueue() throws ClientDisconnected {
        if (waiting > settings.maxQueue()) {
            return false;
        }
        waiting++;
        try {
            await();
        } finally {
            waiting--;
        }
        return true;
    }

    private void load(ModelRunner runner, Exchange client) throws ClientDisconnected {
        synchronized (this) {
            if (!runner.loading) {
                return;
            }
        }
        Faults faults = activeFaults.current();
        client.pause(faults.loadDelayMillis());
        if (faults.crashOnLoad()) {
            throw activeFaults.crash();
        }
        if (faults.oomOnLoad()) {
            throw new ApiError(500, "llama runner process has terminated: error: out of memory");
        }
        EngineFactory.Engine engine = engines.start(runner.model);
        synchronized (this) {
            runner.engine = engine;
        }
    }

    private synchronized void settle(ModelRunner runner, boolean loaded) {
        if (!loaded) {
            end(runner);
        }
        runner.loading = false;
        notifyAll();
    }

    public synchronized void release(ModelRunner runner) {
        runner.users--;
        runner.expires = expiry(runner.keepAlive);
        expireAfter(runner.keepAlive);
        notifyAll();
    }

    private static Instant expiry(Duration keepAlive) {
        return Instant.now().plus(keepAlive);
    }

    /** Unloads the model as soon as no request uses it. */
    public synchronized void unload(CatalogueModel model) {
        find(model).ifPresent(runner -> {
            runner.keepAlive = Duration.ZERO;
            runner.expires = Instant.now();
        });
        expire();
    }

    /** Lists the models in memory; waits for loads to finish, as Ollama does. */
    public synchronized List<Loaded> list() throws ClientDisconnected {
        while (runners.stream().anyMatch(runner -> runner.loading)) {
            await();
        }
        expire();
        long limit = memoryLimit();
        // The model that expires last comes first.
        return runners.stream()
                .map(runner -> new Loaded(
                        runner.model,
                        runner.contextLength,
                        runner.users > 0 ? expiry(runner.keepAlive) : runner.expires,
                        Math.min(runner.model.size(), limit)))
                .sorted(Comparator.comparing((Loaded loaded) -> loaded.expires().getEpochSecond())
                        .reversed())
                .toList();
    }

    private Optional<ModelRunner> find(CatalogueModel model) {
        expire();
        return runners.stream()
                .filter(runner ->
                        runner.model.weights().digest().equals(model.weights().digest()))
                .findFirst();
    }

    /** Schedules an expiry: every call expires models itself, but an engine must also end without any call. */
    private void expireAfter(Duration time) {
        if (time.compareTo(LONGEST_TIMER) < 0) {
            CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS)
                    .execute(this::expire);
        }
    }

    private synchronized void expire() {
        Instant now = Instant.now();
        List.copyOf(runners).stream()
                .filter(runner -> runner.users == 0 && !runner.expires.isAfter(now))
                .forEach(this::end);
    }

    private void end(ModelRunner runner) {
        runners.remove(runner);
        runner.engine.close();
    }

    /**
     * Evicts idle models until this one fits, the one with the shortest keep-alive first; keeping a model forever does not
     * protect it. Returns true if the model fits.
     */
    private boolean evictFor(CatalogueModel model) {
        while (runners.size() >= settings.maxLoadedModels()
                || !runners.isEmpty()
                        && runners.stream()
                                                .mapToLong(runner -> runner.model.size())
                                                .sum()
                                        + model.size()
                                > memoryLimit()) {
            Optional<ModelRunner> idle = runners.stream()
                    .filter(runner -> runner.users == 0)
                    .min(Comparator.comparing(runner -> runner.keepAlive));
            if (idle.isEmpty()) {
                return false;
            }
            end(idle.get());
        }
        return true;
    }

    private long memoryLimit() {
        long limit = activeFaults.current().memoryLimitBytes();
        return limit == 0 ? Long.MAX_VALUE : limit;
    }

    private void await() throws ClientDisconnected {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientDisconnected("the server is closing", e);
        }
    }
}
