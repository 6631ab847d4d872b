package dev.aiserver.resource;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.aiserver.host.FileState;

/** The actual or desired state of a resource: a small value that can be compared and stored. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
    @JsonSubTypes.Type(value = State.Absent.class, name = "absent"),
    @JsonSubTypes.Type(value = State.Present.class, name = "present"),
    @JsonSubTypes.Type(value = State.File.class, name = "file"),
    @JsonSubTypes.Type(value = State.Running.class, name = "running"),
    @JsonSubTypes.Type(value = State.Loaded.class, name = "loaded"),
    @JsonSubTypes.Type(value = State.Failing.class, name = "failing")
})
public sealed interface State {

    State ABSENT = new Absent();
    State PRESENT = new Present();

    record Absent() implements State {}

    /** Present, without further properties: a directory or a package. */
    record Present() implements State {}

    /** A regular file. {@link Contents} holds its bytes by SHA-256 digest. */
    record File(String digest, int mode) implements State {
        public static File of(FileState.Regular file) {
            return new File(file.content().digest(), file.mode());
        }
    }

    /**
     * A running, ready job.
     *
     * @param definition digest of the property list that it was loaded from
     * @param configuration digest of the configuration that it has read, empty if it reads none
     */
    record Running(String definition, String configuration) implements State {

        /** Stands for a digest that aiserver does not know. */
        public static final String UNKNOWN = "unknown";
    }

    /**
     * A job that launchd has loaded and runs on its schedule.
     *
     * @param definition digest of the property list that it was loaded from
     */
    record Loaded(String definition) implements State {}

    /** A job that is loaded but not running or not ready. */
    record Failing(String why) implements State {}
}
