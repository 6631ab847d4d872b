package dev.aiserver.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The smallest read of a host, which a {@link Query} is made of.
 *
 * @param <T> the type of the answer
 */
public sealed interface Read<T> {

    /** One method for each kind of read. */
    interface Kinds {
        void file(File read);

        void stat(Stat read);

        void listing(Listing read);

        void program(Program read);

        void commands(Commands read);

        <T> void exchange(Exchange<T> read);
    }

    /** Calls the method of this kind. */
    void by(Kinds kinds);

    /** See {@link Query#file}. */
    record File(Path path) implements Read<FileState> {
        @Override
        public void by(Kinds kinds) {
            kinds.file(this);
        }
    }

    /** See {@link Query#stat}. */
    record Stat(Path path) implements Read<FileState> {
        @Override
        public void by(Kinds kinds) {
            kinds.stat(this);
        }
    }

    /** See {@link Query#list}. */
    record Listing(Path directory) implements Read<List<Path>> {
        @Override
        public void by(Kinds kinds) {
            kinds.listing(this);
        }
    }

    /** See {@link Query#program}. */
    record Program(String name) implements Read<Optional<Path>> {
        @Override
        public void by(Kinds kinds) {
            kinds.program(this);
        }
    }

    /** See {@link Query#untilOneSucceeds}. */
    record Commands(List<Command> commands) implements Read<List<CommandResult>> {
        public Commands {
            commands = List.copyOf(commands);
        }

        @Override
        public void by(Kinds kinds) {
            kinds.commands(this);
        }
    }

    /** See {@link Query#through}. */
    record Exchange<T>(Function<Host, T> exchange) implements Read<T> {
        @Override
        public void by(Kinds kinds) {
            kinds.exchange(this);
        }
    }
}
