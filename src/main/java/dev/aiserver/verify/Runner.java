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

/** Carries checks out: side by side, except those that others would disturb. */
public final class Runner {
    private static final int THREADS = 4;

    private final VerifyContext subject;
    private final boolean inference;
    private final Consumer<Verdict> progress;

    /**
     * @param inference whether models may be asked
     * @param progress is told each verdict as soon as it and all before it are there
     */
    public Runner(VerifyContext subject, boolean inference, Consumer<Verdict> progress) {
        this.subject = subject;
        this.inference = inference;
        this.progress = progress;
    }

    /**
     * The verdicts in the order of the checks. If the server cannot be reached, that is said first, whether it was
     * asked for or not, and what needs an answer of it is not found out.
     */
    public List<Verdict> run(List<Check> checks) {
        Check reach = ReachCheck.CHECK;
        Verdict reached = prove(reach);
        boolean reachable = reached.isGood();
        List<Verdict> verdicts = new ArrayList<>();
        if (!reachable || checks.contains(reach)) {
            add(reached, verdicts);
        }
        List<Check> others = checks.stream().filter(check -> check != reach).toList();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            Map<Check, CompletableFuture<Verdict>> running = new HashMap<>();
            for (Check check : others) {
                if (!check.has(Check.Trait.ALONE)) {
                    running.put(check, CompletableFuture.supplyAsync(() -> prove(check, reachable), pool));
                }
            }
            for (Check check : others) {
                CompletableFuture<Verdict> verdict = running.get(check);
                if (verdict == null) {
                    running.values().forEach(CompletableFuture::join);
                    add(prove(check, reachable), verdicts);
                } else {
                    add(verdict.join(), verdicts);
                }
            }
            return List.copyOf(verdicts);
        } finally {
            pool.shutdownNow();
            subject.hangUp();
        }
    }

    private void add(Verdict verdict, List<Verdict> verdicts) {
        verdicts.add(verdict);
        progress.accept(verdict);
    }

    private Verdict prove(Check check, boolean reachable) {
        Optional<Outcome> beforehand = Optional.empty();
        if (!inference && check.has(Check.Trait.MODEL)) {
            beforehand = Optional.of(new Outcome.Skipped("asks a model; leave out --no-inference to prove it"));
        } else if (!reachable && !check.has(Check.Trait.SERVER)) {
            beforehand = Optional.of(new Outcome.Inconclusive("the server cannot be reached"));
        }
        return beforehand
                .map(outcome -> new Verdict(check.id(), check.claim(), outcome, Duration.ZERO))
                .orElseGet(() -> prove(check));
    }

    private Verdict prove(Check check) {
        long start = System.nanoTime();
        Outcome outcome = outcome(check);
        return new Verdict(check.id(), check.claim(), outcome, Duration.ofNanos(System.nanoTime() - start));
    }

    private Outcome outcome(Check check) {
        try {
            return check.proof().prove(subject);
        } catch (UserError trouble) {
            return new Outcome.Inconclusive(trouble.sentence());
        } catch (IOException e) {
            return new Outcome.Inconclusive("no answer: " + e.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            // One check with a mistake in it must not take the others' results away.
            return new Outcome.Inconclusive("this is a bug in aiserver, please report it: " + e);
        }
    }
}
