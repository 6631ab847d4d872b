package dev.aiserver.resource;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import java.util.List;
import java.util.Optional;

/** One thing on a host that can be brought from any state to any other: the unit of change and of undoing it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BrewPackage.class, name = "package"),
    @JsonSubTypes.Type(value = Directory.class, name = "directory"),
    @JsonSubTypes.Type(value = ExistingJob.class, name = "earlier-job"),
    @JsonSubTypes.Type(value = HostFile.class, name = "file"),
    @JsonSubTypes.Type(value = Job.class, name = "job"),
    @JsonSubTypes.Type(value = LoginItem.class, name = "login-item"),
    @JsonSubTypes.Type(value = OneShotJob.class, name = "login-job")
})
public sealed interface Resource permits BrewPackage, Directory, HostFile, LoginItem, Service {

    /** Unique on a host, and the same in every version of this program. */
    String id();

    /** What a person calls it. */
    String name();

    /** What must be there first has a lower rank: packages, directories from the top, files, jobs. */
    int rank();

    /** Whether it goes again, or goes back to how it was found, when an installation is undone. */
    boolean isReversible();

    /** How a person brings it there, when this program could not: commands in their order. */
    List<Command> manualSteps(Machine machine, State to);

    /**
     * How to bring it there by one change of a file, so that several are made together; empty where it takes more, or
     * nothing. Like {@link #converge} it is right from a half-done state.
     */
    default Optional<FileChange> fileChange(Machine machine, State to) {
        return Optional.empty();
    }

    /**
     * Brings it there. The state it is in may differ from {@code from} when an earlier attempt broke off, so every
     * step must be right from a half-done state too.
     *
     * @throws dev.aiserver.host.UserError when it cannot
     */
    void converge(Machine machine, State from, State to);
}
