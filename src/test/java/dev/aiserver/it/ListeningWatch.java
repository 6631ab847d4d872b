package dev.aiserver.it;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Polls a Mac's listening sockets without a pause until it is closed. */
final class ListeningWatch implements AutoCloseable {
    private final Set<Mac.Listening> seen = new LinkedHashSet<>();
    private final Thread watching;
    private volatile boolean over;
    private int looks;

    ListeningWatch(Mac mac) {
        this(mac::listening);
    }

    ListeningWatch(Supplier<List<Mac.Listening>> machine) {
        watching = new Thread(() -> {
            while (!over) {
                seen.addAll(machine.get());
                looks++;
            }
        });
        watching.start();
    }

    /** Returns every socket that was seen, after close. */
    Set<Mac.Listening> seen() {
        return seen;
    }

    int looks() {
        return looks;
    }

    @Override
    public void close() {
        over = true;
        try {
            watching.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
