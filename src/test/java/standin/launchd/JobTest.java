package standin.launchd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Poller;
import dev.aiserver.standin.Agent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobTest {
    private static final double TIME_SCALE = 0.02;
    private static final Duration THROTTLE = Duration.ofMillis(200);
    private static final Poller POLLER = new Poller(Duration.ofMillis(10));

    @TempDir
    Path home;

    @Test
    void aRemovedJobWithADueRestartDoesNotStart() throws Exception {
        LockedScheduler scheduler = new LockedScheduler();
        Spawner spawner = new Spawner(new Account(0, "ann", home, TIME_SCALE, List.of()));
        JobDefinition definition = JobDefinition.read(
                new Agent(home, "com.example.job", "exit 1").written().plist());
        LaunchdJob job = new LaunchdJob(definition, spawner, scheduler, TIME_SCALE, Map.of());

        scheduler.locked(() -> job.demand("speculative"));
        assertThat(POLLER.await(Duration.ofSeconds(10), () -> job.state() == LaunchdJob.Phase.SPAWN_SCHEDULED))
                .isTrue();
        scheduler.locked(() -> {
            // The restart becomes due during this loop and waits for the lock.
            long due = System.nanoTime() + THROTTLE.toNanos() + TimeUnit.MILLISECONDS.toNanos(100);
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            job.remove(false, 0, () -> {});
        });
        scheduler.after(0, () -> {}).get();
        scheduler.close(job::destroy);

        assertThat(job.runs()).isEqualTo(1);
    }
}
