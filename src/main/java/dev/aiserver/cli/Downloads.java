package dev.aiserver.cli;

import dev.aiserver.app.Ui;

/**
 * Downloads that are in progress. When you press Ctrl-C, the process ends at once: Ollama stops a
 * download when its client disconnects, and keeps what it has downloaded.
 */
final class Downloads {
    private final Ui ui;
    private boolean finished;

    private Downloads(Ui ui) {
        this.ui = ui;
    }

    static Downloads begin(Ui ui) {
        Downloads downloads = new Downloads(ui);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> downloads.end(true)));
        return downloads;
    }

    private synchronized void end(boolean interrupted) {
        if (!finished) {
            finished = true;
            ui.warmed(interrupted);
        }
    }

    void end() {
        end(false);
    }
}
