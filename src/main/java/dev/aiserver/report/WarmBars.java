package dev.aiserver.report;

import dev.aiserver.models.WarmEvent;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows downloads on a terminal: a bar each with bytes, rate and time left, below all other lines. A bar that is full
 * moves up to those lines.
 */
public final class WarmBars implements WarmReport {
    private static final int WIDTH = 79;
    private static final int MEGABYTE = 1_000_000;
    private static final int REFRESH_MILLIS = 200;

    private final Console console;
    private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();

    /** The models with a bar. A new bar may draw itself before it is in {@link #bars}. */
    private final Set<String> moving = ConcurrentHashMap.newKeySet();

    /** Also the lock of the screen. No method of a bar is called under it, because a bar draws under its own lock. */
    private final Map<String, String> drawn = new LinkedHashMap<>();

    public WarmBars(Console console) {
        this.console = console;
    }

    @Override
    public void accept(WarmEvent event) {
        event.download().ifPresentOrElse(this::move, () -> {
            event.endOfDownload().ifPresent(this::end);
            redraw(() -> console.notice(WarmLines.line(event)));
        });
    }

    private void move(WarmEvent.Pulling pulling) {
        if (pulling.total() == 0) {
            return;
        }
        moving.add(pulling.model());
        bars.computeIfAbsent(pulling.model(), model -> bar(pulling))
                .maxHint(pulling.total())
                .stepTo(pulling.completed());
    }

    /** Excludes the bytes of an earlier attempt from the rate. */
    private ProgressBar bar(WarmEvent.Pulling first) {
        return new ProgressBarBuilder()
                .setTaskName("  %-20s".formatted(Controls.escaped(first.model())))
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(first.total())
                .startsFrom(first.completed(), Duration.ZERO)
                .setUnit("MB", MEGABYTE)
                .showSpeed(new DecimalFormat("0.0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setConsumer(new DelegatingProgressBarConsumer(line -> draw(first.model(), line), WIDTH))
                .build();
    }

    private void draw(String model, String line) {
        if (moving.contains(model)) {
            redraw(() -> drawn.put(model, line));
        }
    }

    /** Leaves the last state of a bar above the bars that still move. */
    private void end(String model) {
        ProgressBar bar = bars.get(model);
        if (bar == null) {
            return;
        }
        bar.close();
        bars.remove(model);
        moving.remove(model);
        redraw(() -> {
            String last = drawn.remove(model);
            if (last != null) {
                console.notice(last);
            }
        });
    }

    private void redraw(Runnable between) {
        synchronized (drawn) {
            if (!drawn.isEmpty()) {
                console.err().print(CleanStream.sequence(drawn.size() + "F") + CleanStream.sequence("J"));
            }
            between.run();
            drawn.values().forEach(line -> console.err().println(line));
            console.err().flush();
        }
    }

    /** Stops drawing, and leaves the bars on the screen. */
    @Override
    public void close() {
        bars.values().forEach(ProgressBar::close);
        bars.clear();
        moving.clear();
    }
}
