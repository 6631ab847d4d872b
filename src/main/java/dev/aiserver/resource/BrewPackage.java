package dev.aiserver.resource;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Homebrew formula. It is installed when missing and never removed, because other programs may use it by then. */
public record BrewPackage(String formula) implements Resource {

    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(30);

    @Override
    public String id() {
        return "package:" + formula;
    }

    @Override
    public String name() {
        return "Homebrew package " + formula;
    }

    @Override
    public boolean isReversible() {
        return false;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Verb verb(State from, State to) {
        return Verb.INSTALL;
    }

    @Override
    public Query<Observation> query(ObservedHost host) {
        return Query.program(formula).map(path -> Observation.of(path.isPresent() ? State.PRESENT : State.ABSENT));
    }

    @Override
    public List<Command> manualSteps(Machine machine, State to) {
        return List.of(Command.of("brew", to.equals(State.PRESENT) ? "install" : "uninstall", formula));
    }

    @Override
    public <T> T to(Cases<T> cases) {
        return cases.formula(this);
    }

    @Override
    public void converge(Machine machine, State from, State to) {
        if (!to.equals(State.PRESENT)) {
            return;
        }
        Command install = Command.of("brew", "install", "--formula", formula)
                .withEnvironment(Map.of("HOMEBREW_NO_ASK", "1", "NONINTERACTIVE", "1"))
                .withTimeout(DOWNLOAD_LIMIT);
        CommandResult result = machine.host().run(install);
        if (!result.succeeded()) {
            throw new UserError("Homebrew could not install " + formula + ": " + result.firstLine()
                    + ". Run \"brew install " + formula + "\" for the details, then try again.");
        }
    }
}
