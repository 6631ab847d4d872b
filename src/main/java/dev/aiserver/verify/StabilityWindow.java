package dev.aiserver.verify;

import dev.aiserver.host.Poller;
import dev.aiserver.service.JobStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the jobs' launchd states at the start and end of a window: an unchanged process ID means no restart in between.
 */
record StabilityWindow(Map<String, JobStatus> before, Map<String, JobStatus> after) {
    static final Duration WINDOW = Duration.ofMillis(300);

    private static final List<String> LABELS = List.of(ServerHost.OLLAMA, ServerHost.HAPROXY);

    /** Watches the services of this machine for the duration of the window. */
    static StabilityWindow of(ServerHost server) {
        Map<String, JobStatus> before = statuses(server);
        new Poller(WINDOW).await(WINDOW, () -> false);
        return new StabilityWindow(
                before, statuses(server.refreshed(server.launchd().prefetch(LABELS))));
    }

    private static Map<String, JobStatus> statuses(ServerHost server) {
        Map<String, JobStatus> statuses = new HashMap<>();
        LABELS.forEach(label -> statuses.put(label, server.launchd().status(label)));
        return statuses;
    }

    /** Returns the process IDs at the start and end of the window, 0 for no process. */
    List<Integer> pids(String label) {
        return List.of(pid(before, label), pid(after, label));
    }

    private static int pid(Map<String, JobStatus> statuses, String label) {
        return statuses.get(label) instanceof JobStatus.Loaded loaded
                        && loaded.print().isRunning()
                ? loaded.print().pid().orElse(0)
                : 0;
    }
}
