package dev.aiserver.resource;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.aiserver.host.Command;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Query;
import java.util.List;
import java.util.Optional;

/** A resource on a host that can be brought from any state to any other. It is the unit of change and of rollback. */
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

    /** Returns an id that is unique on a host and does not change between versions of aiserver. */
    String id();

    /** Returns the name for people. */
    String name();

    /** Returns the creation order. Dependencies have a lower rank: packages, directories from the top, files, jobs. */
    int rank();

    /** Returns whether a rollback and an uninstall bring it back to the state that aiserver found. */
    boolean isReversible();

    /** Returns what a change does to it. */
    Verb verb(State from, State to);

    /**
     * Asks for the actual state. It is an error if something else is in its place that aiserver must not change, such as
     * a symbolic link.
     */
    Query<Observation> query(ObservedHost host);

    /** Returns the commands, in order, that a person can run if aiserver cannot bring it to a state. */
    List<Command> manualSteps(Machine machine, State to);

    /**
     * Returns the single file change that brings it to a state, so that several changes can be made in one batch. Empty if
     * no change is needed, or more than one. As with {@link #converge}, the change also completes a partial one.
     *
     * @param now what is at the resource's path
     */
    default Optional<FileChange> fileChange(Machine machine, FileState now, State to) {
        return Optional.empty();
    }

    /**
     * Brings it to a state. The actual state may differ from {@code from} if an earlier attempt was interrupted, so every
     * step must also work from a partial change.
     *
     * @throws dev.aiserver.host.UserError if it cannot
     */
    void converge(Machine machine, State from, State to);

    /** Returns what the case for this kind of resource makes of it. */
    <T> T to(Cases<T> cases);

    /** One method for each kind of resource. */
    interface Cases<T> {
        T formula(BrewPackage formula);

        T directory(Directory directory);

        T file(HostFile file);

        T loginItem(LoginItem item);

        T job(Job job);

        T oneShotJob(OneShotJob job);

        T existingJob(ExistingJob job);
    }
}
