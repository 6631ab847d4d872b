package dev.aiserver.verify;

import dev.aiserver.host.UserError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Runs checks in parallel, except those that must run alone. */
public final class Runner {
    private static final int THREADS = 4;

    private final VerifyContext context;
    private final boolean inference;
    private final Consumer<Verdict> progress;

    /**
     * @param inference whether checks may make a model generate text
     * @param progress receives each verdict in the order of the checks, as soon as all before it are known
     */
    public Runner(VerifyContext context, boolean inference, Consumer<Verdict> progress) {
        this.context = context;
        this.inference = inference;
        this.progress = progress;
    }

    /**
     * Returns the verdicts in the order of the checks. If the server is not reachable, the first verdict says so even
     * if that check was not selected, and every check that needs the server's response is inconclusive.
     */
    public List<Verdict> run(List<Check> checks) {
        Check reach = ReachCheck.CHECK;
        Verdict reached = prove(reach, new SharedFacts(context, List.of(reach)));
        boolean reachable = reached.isGood();
        List<Verdict> verdicts = new ArrayList<>();
        if (!reachable || checks.contains(reach)) {
            add(reached, verdicts);
        }
        List<Check> others = checks.stream().filter(check -> check != reach).toList();
        SharedFacts facts = new SharedFacts(
                context,
                others.stream()
                        .filter(check -> known(check, reachable).isEmpty())
                        .toList());
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            Map<Check, CompletableFuture<Verdict>> running = new HashMap<>();
            for (Check check : others) {
                if (!check.has(Check.Trait.ALONE)) {
                    running.put(check, CompletableFuture.supplyAsync(() -> prove(check, reachable, facts), pool));
                }
            }
            for (Check check : others) {
                CompletableFuture<Verdict> verdict = running.get(check);
                if (verdict == null) {
                    running.values().forEach(CompletableFuture::join);
                    add(prove(check, reachable, facts), verdicts);
                } else {
                    add(verdict.join(), verdicts);
                }
            }
            return List.copyOf(verdicts);
        } finally {
            pool.shutdownNow();
            context.closeConnections();
        }
    }

    private void add(Verdict verdict, List<Verdict> verdicts) {
        verdicts.add(verdict);
        progress.accept(verdict);
    }

    private Verdict prove(Check check, boolean reachable, SharedFacts facts) {
        return known(check, reachable)
                .map(outcome -> new Verdict(check.id(), check.claim(), outcome, Duration.ZERO))
                .orElseGet(() -> prove(check, facts));
    }

    /** Returns the outcome of a check that cannot be proved, or empty. */
    private Optional<Outcome> known(Check check, boolean reachable) {
        if (!inference && check.has(Check.Trait.MODEL)) {
            return Optional.of(new Outcome.Skipped("needs a model; run without --no-inference"));
        }
        return !reachable && !check.has(Check.Trait.SERVER)
                ? Optional.of(new Outcome.Inconclusive("the server is not reachable"))
                : Optional.empty();
    }

    private Verdict prove(Check check, SharedFacts facts) {
        long start = System.nanoTime();
        Outcome outcome = outcome(check, facts);
        return new Verdict(check.id(), check.claim(), outcome, Duration.ofNanos(System.nanoTime() - start));
    }

    private Outcome outcome(Check check, SharedFacts facts) {
        try {
            return facts.proof(check).prove(context);
        } catch (UserError error) {
            return new Outcome.Inconclusive(error.sentence());
        } catch (IOException e) {
            return new Outcome.Inconclusive("no response: " + e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            // A bug in one check must not discard the results of the others.
            return new Outcome.Inconclusive("bug in aiserver, please report it: " + e);
        }
    }
}
