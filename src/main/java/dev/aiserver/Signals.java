package dev.aiserver;

import dev.aiserver.plan.Interruption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Handles Ctrl-C, SIGTERM and a closed terminal. By default, Java ends the process at once. While an
 * {@link Interruption} is open, its thread is interrupted instead, rolls back, and decides the exit code.
 */
final class Signals {
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Set<Interrupted> open = new HashSet<>();
    private boolean received;
    private int exitCode;

    /** Starts to handle signals. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::receive, "signals"));
    }

    /** Notes that all output is written, so that the process may exit with this code. */
    void finish(int code) {
        exitCode = code;
        finished.countDown();
    }

    private void receive() {
        if (finished.getCount() == 0) {
            return;
        }
        synchronized (this) {
            received = true;
            if (open.isEmpty()) {
                return;
            }
            open.forEach(Interrupted::interrupt);
        }
        try {
            finished.await();
            // System.exit waits for this hook, so the main thread could not set the exit code itself.
            Runtime.getRuntime().halt(exitCode);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized Interruption interruption() {
        Interrupted interrupted = new Interrupted(Thread.currentThread());
        open.add(interrupted);
        return interrupted;
    }

    private final class Interrupted implements Interruption {
        private final Thread thread;
        private boolean acknowledged;

        Interrupted(Thread thread) {
            this.thread = thread;
        }

        @Override
        public boolean isRequested() {
            synchronized (Signals.this) {
                return received;
            }
        }

        @Override
        public void acknowledge() {
            synchronized (Signals.this) {
                acknowledged = true;
                boolean wasInterrupted = Thread.interrupted();
                received |= wasInterrupted;
            }
        }

        void interrupt() {
            if (!acknowledged) {
                thread.interrupt();
            }
        }

        @Override
        public void close() {
            synchronized (Signals.this) {
                acknowledge();
                open.remove(this);
            }
        }
    }
}
