package dev.aiserver.report;

import dev.aiserver.server.WarmEvent;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Tells a program of downloads and loads: one JSON object on a line of standard error for each event. */
public final class WarmJson implements WarmReport {
    private final Console console;
    private final Map<String, Long> told = new HashMap<>();

    public WarmJson(Console console) {
        this.console = console;
    }

    /** Of a download, once for each whole per cent: Ollama itself reports many times a second. */
    @Override
    public void accept(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            Long percent = pulling.total() == 0 ? -1 : 100 * pulling.completed() / pulling.total();
            if (percent.equals(told.put(pulling.model(), percent))) {
                return;
            }
        }
        console.say(Json.line(event.getClass().getSimpleName().toLowerCase(Locale.ROOT), (Record) event));
    }
}
