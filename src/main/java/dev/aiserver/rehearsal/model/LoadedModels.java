package dev.aiserver.rehearsal.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The models in memory: loading, keeping, evicting, by the rules of Ollama's scheduler. It keeps one runner for each
 * weights file (server/sched.go:110) and lists it by the name that came first.
 */
final class LoadedModels {
    private static final Duration LONG_AFTER_THIS_SERVER = Duration.ofDays(365);

    /** A model in memory. Its fields are guarded by the {@link LoadedModels} it came from. */
    static final class Runner {
        private final Model model;
        private final int contextLength;
        private Duration keepAlive;
        private Instant expires = Instant.MAX;
        private boolean loading = true;
        private int users = 1;
        private EngineFactory.Engine engine = () -> {};

        private Runner(Model model, int contextLength, Duration keepAlive) {
            this.model = model;
            this.contextLength = contextLength;
            this.keepAlive = keepAlive;
        }
    }

    /** @param inGraphicsMemory bytes of {@code size} that are there */
    record Loaded(Model model, int contextLength, Instant expires, long inGraphicsMemory) {}

    private final Settings settings;
    private final ActiveFaults switches;
    private final EngineFactory engines;
    private final List<Runner> runners = new ArrayList<>();
    private int waiting;

    LoadedModels(Settings settings, ActiveFaults switches, EngineFactory engines) {
        this.settings = settings;
        this.switches = switches;
        this.engines = engines;
    }

    /**
     * Finds the model in memory or loads it, and keeps it from expiring until {@link #release}. A load belongs to its
     * request: it ends when that client goes.
     *
     * @param contextLength in tokens, 0 for the server's own; another one than a runner has makes it load again
     * @throws ApiError 503 for a full queue, 500 for a failed load
     */
    Runner acquire(Model model, Optional<Duration> keepAlive, int contextLength, Exchange client)
            throws ClientDisconnected {
        int context =
                Math.min(model.weights().contextLength(), contextLength > 0 ? contextLength : settings.contextLength());
        Optional<Runner> ready = readyOrReserved(model, keepAlive, context);
        Runner runner = ready.orElseThrow(
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

    private synchronized Optional<Runner> readyOrReserved(Model model, Optional<Duration> keepAlive, int context)
            throws ClientDisconnected {
        while (true) {
            Optional<Runner> existing = find(model);
            if (existing.isPresent()) {
                Runner runner = existing.get();
                if (!runner.loading && runner.contextLength == context) {
                    runner.users++;
                    runner.keepAlive = keepAlive.orElse(runner.keepAlive);
                    return existing;
                }
                if (runner.users == 0) {
                    end(runner);
                } else if (!queued()) {
                    return Optional.empty();
                }
                continue;
            }
            if (!evictFor(model)) {
                if (!queued()) {
                    return Optional.empty();
                }
                continue;
            }
            if (switches.takeBusy()) {
                return Optional.empty();
            }
            Runner runner = new Runner(model, context, keepAlive.orElse(settings.keepAlive()));
            runners.add(runner);
            return Optional.of(runner);
        }
    }

    /** Waits for a change; not where the queue is full: one request is being scheduled and the others are in it. */
    private boolean queued() throws ClientDisconnected {
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

    private void load(Runner runner, Exchange client) throws ClientDisconnected {
        synchronized (this) {
            if (!runner.loading) {
                return;
            }
        }
        Faults faults = switches.current();
        client.pause(faults.loadDelayMillis());
        if (faults.crashOnLoad()) {
            throw switches.crash();
        }
        if (faults.oomOnLoad()) {
            throw new ApiError(500, "llama runner process has terminated: error: out of memory");
        }
        EngineFactory.Engine engine = engines.start(runner.model);
        synchronized (this) {
            runner.engine = engine;
        }
    }

    private synchronized void settle(Runner runner, boolean loaded) {
        if (!loaded) {
            end(runner);
        }
        runner.loading = false;
        notifyAll();
    }

    synchronized void release(Runner runner) {
        runner.users--;
        runner.expires = expiry(runner.keepAlive);
        expireAfter(runner.keepAlive);
        notifyAll();
    }

    private static Instant expiry(Duration keepAlive) {
        return Instant.now().plus(keepAlive);
    }

    /** Lets the model go as soon as nobody uses it. */
    synchronized void unload(Model model) {
        find(model).ifPresent(runner -> {
            runner.keepAlive = Duration.ZERO;
            runner.expires = Instant.now();
        });
        expire();
    }

    /** Everything in memory; waits for loads to end, as Ollama's own list does. */
    synchronized List<Loaded> list() throws ClientDisconnected {
        while (runners.stream().anyMatch(runner -> runner.loading)) {
            await();
        }
        expire();
        long limit = memoryLimit();
        // The longest to live first.
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

    private Optional<Runner> find(Model model) {
        expire();
        return runners.stream()
                .filter(runner ->
                        runner.model.weights().digest().equals(model.weights().digest()))
                .findFirst();
    }

    /** Whoever looks at a list finds it right at any time; an engine must end without being looked at. */
    private void expireAfter(Duration time) {
        if (time.compareTo(LONG_AFTER_THIS_SERVER) < 0) {
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

    private void end(Runner runner) {
        runners.remove(runner);
        runner.engine.close();
    }

    /** Whether there is room now: the idle go, the shortest-lived first; to be kept for ever protects from nothing. */
    private boolean evictFor(Model model) {
        while (runners.size() >= settings.maxLoadedModels()
                || !runners.isEmpty()
                        && runners.stream()
                                                .mapToLong(runner -> runner.model.size())
                                                .sum()
                                        + model.size()
                                > memoryLimit()) {
            Optional<Runner> idle = runners.stream()
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
        long limit = switches.current().memoryLimitBytes();
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
