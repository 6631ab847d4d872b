package dev.aiserver.report;

import dev.aiserver.models.WarmEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reports downloads and loads in lines, one for each ten percent, for output that goes to a log. */
public final class WarmLines implements WarmReport {
    private static final int STEP_PERCENT = 10;

    private final Consumer<String> lines;
    private final Map<String, Long> reported = new HashMap<>();

    public WarmLines(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void accept(WarmEvent event) {
        event.download().ifPresentOrElse(this::pulling, () -> lines.accept(line(event)));
    }

    /** Does not report a percentage again after it has fallen. */
    private void pulling(WarmEvent.Pulling pulling) {
        if (pulling.total() == 0) {
            return;
        }
        long percent = 100 * pulling.completed() / pulling.total() / STEP_PERCENT * STEP_PERCENT;
        if (percent > reported.getOrDefault(pulling.model(), -1L)) {
            reported.put(pulling.model(), percent);
            lines.accept("  %s: %d%% of %.2f GB".formatted(pulling.model(), percent, pulling.total() / 1e9));
        }
    }

    /** Returns one line for an event; used for all events but the progress of a download. */
    static String line(WarmEvent event) {
        return "  " + Controls.inLine(event.sentence());
    }
}
