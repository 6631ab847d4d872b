package dev.aiserver;

import dev.aiserver.plan.Interruption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C, SIGTERM and a terminal that is closed. Java answers them by ending the process at once; while any
 * {@link Interruption} is open, its thread is told instead, undoes what it has begun, and decides the exit code.
 */
final class Signals {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<Interrupted> open = new HashSet<>();
    private boolean received;
    private int exitCode;

    /** From now on signals are taken care of. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::receive, "signals"));
    }

    /** The program has said all that it has to say. */
    void end(int code) {
        exitCode = code;
        ended.countDown();
    }

    private void receive() {
        if (ended.getCount() == 0) {
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
            ended.await();
            // The thread that waits for this hook in System.exit could not end the process with its code.
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
