package dev.aiserver.report;

import dev.aiserver.server.WarmEvent;
import java.util.HashMap;
import java.util.Map;

/** Tells of downloads and loads in lines, one for each ten per cent: for logs, and for whoever reads them later. */
public final class WarmLines implements WarmReport {
    private static final int STEP_PERCENT = 10;

    private final Console console;
    private final Map<String, Long> told = new HashMap<>();

    public WarmLines(Console console) {
        this.console = console;
    }

    @Override
    public void accept(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            pulling(pulling);
        } else {
            console.say("  " + words(event));
        }
    }

    /** A percentage that goes back is not told again. */
    private void pulling(WarmEvent.Pulling pulling) {
        if (pulling.total() == 0) {
            return;
        }
        long percent = 100 * pulling.completed() / pulling.total() / STEP_PERCENT * STEP_PERCENT;
        if (percent > told.getOrDefault(pulling.model(), -1L)) {
            told.put(pulling.model(), percent);
            console.say("  %s: %d %% of %.2f GB".formatted(pulling.model(), percent, pulling.total() / 1e9));
        }
    }

    /** One line for any event but a download's progress. */
    static String words(WarmEvent event) {
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
            return retrying.model() + ": trying again: " + retrying.reason();
        }
        return event instanceof WarmEvent.Failed failed
                ? failed.model() + ": " + failed.reason()
                : "waiting for Ollama: " + ((WarmEvent.Waiting) event).reason();
    }
}
