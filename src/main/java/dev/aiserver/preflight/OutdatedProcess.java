package dev.aiserver.preflight;

/** A service whose process still runs an older version than the installed program, as after {@code brew upgrade}. */
public record OutdatedProcess(String label, Version running, Version installed) {

    /** Returns a sentence for people. */
    public String description() {
        return label + " is running " + running + ", but " + installed
                + " is installed. To restart it (this interrupts requests in progress): launchctl kickstart -k"
                + " gui/$(id -u)/" + label;
    }
}
