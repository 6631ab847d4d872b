package dev.aiserver.report;

import dev.aiserver.models.WarmEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reports downloads and loads as JSON: one object per line of standard error for each event. */
public final class WarmJson implements WarmReport {
    private final Consumer<String> lines;
    private final Map<String, Long> reported = new HashMap<>();

    public WarmJson(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void accept(WarmEvent event) {
        if (event.download().map(this::isNews).orElse(true)) {
            lines.accept(Json.line(event.word(), (Record) event));
        }
    }

    /** Returns whether a download is at another percent than before, because Ollama reports many times per second. */
    private boolean isNews(WarmEvent.Pulling pulling) {
        Long percent = pulling.total() == 0 ? -1 : 100 * pulling.completed() / pulling.total();
        return !percent.equals(reported.put(pulling.model(), percent));
    }
}
