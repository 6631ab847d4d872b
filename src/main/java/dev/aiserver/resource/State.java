package dev.aiserver.resource;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.aiserver.host.FileState;

/** How a resource is, or shall be: a small value that can be compared and kept. */
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

    /** There, and nothing more to say about it: a directory, a package. */
    record Present() implements State {}

    /** A regular file; the bytes are kept elsewhere, by their SHA-256 digest. */
    record File(String digest, int mode) implements State {
        public static File of(FileState.Regular file) {
            return new File(file.content().digest(), file.mode());
        }
    }

    /**
     * A job that runs and is ready.
     *
     * @param definition digest of the property list that it was loaded from
     * @param configuration digest of the configuration that it has read, empty when it reads none
     */
    record Running(String definition, String configuration) implements State {

        /** Of a job that runs from who knows what. */
        public static final String UNKNOWN = "unknown";
    }

    /**
     * A job that launchd runs when its time comes.
     *
     * @param definition digest of the property list that it was loaded from
     */
    record Loaded(String definition) implements State {}

    /** A job that is loaded but does not do its work. */
    record Failing(String why) implements State {}
}
