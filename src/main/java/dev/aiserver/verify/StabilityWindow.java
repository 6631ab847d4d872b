package dev.aiserver.verify;

import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.service.JobStatus;
import java.time.Duration;
import java.util.List;

/**
 * Holds the jobs' launchd states at the start and end of a window: an unchanged process ID means no restart in between.
 * The states are in the order of {@link ServerHost#LABELS}.
 */
record StabilityWindow(List<JobStatus> before, List<JobStatus> after) {
    static final Duration WINDOW = Duration.ofMillis(300);

    /** Asks for the states at one moment. */
    static Query<List<JobStatus>> query(ServerHost server) {
        return Query.all(ServerHost.LABELS.stream()
                .map(label -> server.jobs().status(label))
                .toList());
    }

    /** Watches the services of this machine for the duration of the window. */
    static StabilityWindow of(ServerHost server, List<JobStatus> before) {
        new Poller(WINDOW).await(WINDOW, () -> false);
        return new StabilityWindow(before, server.host().ask(query(server)));
    }

    /** Returns the process ID at the start, 0 for no process. */
    int pidBefore(String label) {
        return pid(before, label);
    }

    /** Returns the process ID at the end, 0 for no process. */
    int pidAfter(String label) {
        return pid(after, label);
    }

    private static int pid(List<JobStatus> statuses, String label) {
        return statuses.get(ServerHost.LABELS.indexOf(label)) instanceof JobStatus.Loaded loaded
                        && loaded.print().isRunning()
                ? loaded.print().pid().orElse(0)
                : 0;
    }
}
