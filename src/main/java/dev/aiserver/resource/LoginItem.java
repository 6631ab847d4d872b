package dev.aiserver.resource;

import dev.aiserver.host.Command;
import java.util.List;

/**
 * Whether launchd starts a job at login: present where it may, absent where somebody switched it off, in System Settings
 * or by {@code launchctl disable}. A job that runs goes on either way, so only the next login would show it.
 */
public record LoginItem(String label) implements Resource {

    @Override
    public String id() {
        return "login-item:" + label;
    }

    @Override
    public String name() {
        return label + " at login";
    }

    /** launchd loads no job that is switched off. */
    @Override
    public int rank() {
        return 1500;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(machine.launchd().allowAtLoginByHand(label, to.equals(State.PRESENT)));
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        machine.launchd().allowAtLogin(label, to.equals(State.PRESENT));
    }
}
