package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.ForwardingHost;
import dev.aiserver.host.Host;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.Query;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A host that replaces or changes the output of some commands. */
final class TamperedHost implements ForwardingHost {
    private final Host host;
    private final Map<String, UnaryOperator<CommandResult>> tampered = new HashMap<>();
    private String os;

    TamperedHost(Host host) {
        this.host = host;
        this.os = host.facts().os();
    }

    void answer(String program, String output) {
        tampered.put(program, real -> CommandResult.of(0, output, ""));
    }

    /** Makes the program exit with this code after this partial output. */
    void cutOff(String program, int exitCode, String output) {
        tampered.put(program, real -> CommandResult.of(exitCode, output, ""));
    }

    void change(String program, UnaryOperator<String> change) {
        tampered.put(program, real -> CommandResult.of(real.exitCode(), change.apply(real.text()), real.errorText()));
    }

    void pretendToBe(String otherOs) {
        os = otherOs;
    }

    void restore() {
        tampered.clear();
        os = host.facts().os();
    }

    @Override
    public HostIdentity facts() {
        HostIdentity facts = host.facts();
        return new HostIdentity(os, facts.arch(), facts.osVersion(), facts.uid(), facts.user(), facts.home());
    }

    @Override
    public Optional<Path> find(String program) {
        return tampered.containsKey(program)
                ? Optional.of(Path.of("/tampered", program))
                : host.ask(Query.program(program));
    }

    @Override
    public CommandResult run(Command command) {
        String name = command.program().substring(command.program().lastIndexOf('/') + 1);
        UnaryOperator<CommandResult> change = tampered.getOrDefault(name, UnaryOperator.identity());
        return change.apply(host.run(command));
    }

    @Override
    public Host delegate() {
        return host;
    }
}
