package dev.aiserver.report;

import dev.aiserver.server.WarmEvent;
import java.util.HashMap;
import java.util.Map;

/** Reports downloads and loads as JSON: one object per line of standard error for each event. */
public final class WarmJson implements WarmReport {
    private final Console console;
    private final Map<String, Long> reported = new HashMap<>();

    public WarmJson(Console console) {
        this.console = console;
    }

    /** Reports a download once per percent, because Ollama itself reports many times per second. */
    @Override
    public void accept(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            Long percent = pulling.total() == 0 ? -1 : 100 * pulling.completed() / pulling.total();
            if (percent.equals(reported.put(pulling.model(), percent))) {
                return;
            }
        }
        console.notice(Json.line(word(event), (Record) event));
    }

    private static String word(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling) {
            return "pulling";
        }
        if (event instanceof WarmEvent.Pulled) {
            return "pulled";
        }
        if (event instanceof WarmEvent.Loading) {
            return "loading";
        }
        if (event instanceof WarmEvent.Loaded) {
            return "loaded";
        }
        if (event instanceof WarmEvent.Retrying) {
            return "retrying";
        }
        return event instanceof WarmEvent.Failed ? "failed" : "waiting";
    }
}
