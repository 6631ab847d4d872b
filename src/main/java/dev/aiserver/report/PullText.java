package dev.aiserver.report;

import dev.aiserver.ollama.PullProgress;
import dev.aiserver.server.WarmModels;
import java.util.HashMap;
import java.util.Map;

/** Tells of downloads and loads, one line for each ten per cent. */
public final class PullText implements WarmModels.Progress {
    private static final int STEP_PERCENT = 10;

    /** A model has small parts beside its weights, such as its template, which are not worth a line. */
    private static final long SMALLEST_TOLD = 1_000_000;

    private final Console console;
    private final Map<String, Integer> told = new HashMap<>();

    public PullText(Console console) {
        this.console = console;
    }

    /** A percentage that goes back is not told again. */
    @Override
    public void pulling(String model, PullProgress line) {
        String key = model + line.layer();
        if (line.total() == 0) {
            if (line.layer().isEmpty()) {
                console.say("  " + model + ": " + line.status());
            }
            return;
        }
        if (line.total() < SMALLEST_TOLD) {
            return;
        }
        int percent = (int) (100 * line.completed() / line.total() / STEP_PERCENT * STEP_PERCENT);
        Integer last = told.get(key);
        if (last == null || percent > last) {
            told.put(key, percent);
            console.say("  %s: %d %% of %.2f GB".formatted(model, percent, line.total() / 1e9));
        }
    }

    @Override
    public void loading(String model) {
        console.say("  " + model + ": loading into memory");
    }
}
