package dev.aiserver.report;

import dev.aiserver.server.WarmEvent;
import java.util.HashMap;
import java.util.Map;

/** Reports downloads and loads in lines, one for each ten percent, for output that goes to a log. */
public final class WarmLines implements WarmReport {
    private static final int STEP_PERCENT = 10;

    private final Console console;
    private final Map<String, Long> reported = new HashMap<>();

    public WarmLines(Console console) {
        this.console = console;
    }

    @Override
    public void accept(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            pulling(pulling);
        } else {
            console.notice("  " + line(event));
        }
    }

    /** Does not report a percentage again after it has fallen. */
    private void pulling(WarmEvent.Pulling pulling) {
        if (pulling.total() == 0) {
            return;
        }
        long percent = 100 * pulling.completed() / pulling.total() / STEP_PERCENT * STEP_PERCENT;
        if (percent > reported.getOrDefault(pulling.model(), -1L)) {
            reported.put(pulling.model(), percent);
            console.notice("  %s: %d%% of %.2f GB".formatted(pulling.model(), percent, pulling.total() / 1e9));
        }
    }

    /** Returns one line for an event; used for all events but the progress of a download. */
    static String line(WarmEvent event) {
        return Controls.inLine(sentence(event));
    }

    private static String sentence(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            return pulling.model() + ": " + pulling.status();
        }
        if (event instanceof WarmEvent.Pulled pulled) {
            return pulled.model() + ": downloaded";
        }
        if (event instanceof WarmEvent.Loading loading) {
            return loading.model() + ": loading into memory";
        }
        if (event instanceof WarmEvent.Loaded loaded) {
            return "%s: loaded in %.1f s".formatted(loaded.model(), loaded.millis() / 1e3);
        }
        if (event instanceof WarmEvent.Retrying retrying) {
            return retrying.model() + ": retrying: " + retrying.reason();
        }
        return event instanceof WarmEvent.Failed failed
                ? failed.model() + ": " + failed.reason()
                : "waiting for Ollama: " + ((WarmEvent.Waiting) event).reason();
    }
}
