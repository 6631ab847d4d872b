package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.Query;
import java.util.List;

/**
 * The permission of a job to start at login: present if it may, absent if the job was disabled in System Settings or with
 * {@code launchctl disable}. A running job keeps running either way, so the effect shows only at the next login.
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

    /** Comes before the jobs, because launchd does not load a disabled job. */
    @Override
    public int rank() {
        return 1500;
    }

    @Override
    public boolean isReversible() {
        return true;
    }

    @Override
    public Verb verb(State from, State to) {
        return to.equals(State.ABSENT) ? Verb.DISABLE : Verb.ENABLE;
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return host.jobs()
                .disabled()
                .map(labels -> Observation.of(labels.contains(label) ? State.ABSENT : State.PRESENT));
    }

    @Override
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(machine.launchd().allowAtLoginByHand(label, to.equals(State.PRESENT)));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.loginItem(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        machine.launchd().allowAtLogin(label, to.equals(State.PRESENT));
    }
}
