package dev.aiserver.server;

/** A service whose process goes on with another version than its program has by now, as after {@code brew upgrade}. */
public record OutdatedProcess(String label, Version running, Version installed) {

    /** For people, a sentence. */
    public String words() {
        return label + " still runs version " + running + ", and its program is version " + installed
                + " by now; \"launchctl kickstart -k gui/$(id -u)/" + label
                + "\" restarts it, which ends the answers that it is giving then.";
    }
}
