package dev.aiserver.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A host that can answer reads one at a time. */
public interface SingleReads {

    /** See {@link Query#file}. */
    FileState file(Path path);

    /** See {@link Query#stat}. */
    FileState stat(Path path);

    /** See {@link Query#list}. */
    List<Path> list(Path directory);

    /** See {@link Query#program}. */
    Optional<Path> find(String program);

    /** See {@link Query#command}. */
    CommandResult query(Command command);

    /** Returns the host that exchanges go through; see {@link Query#through}. */
    Host host();

    /** Adds the answer to one read. */
    default void answer(Read<?> read, Answers answers) {
        read.by(new Read.Kinds() {
            @Override
            public void file(Read.File each) {
                answers.add(each, () -> SingleReads.this.file(each.path()));
            }

            @Override
            public void stat(Read.Stat each) {
                answers.add(each, () -> SingleReads.this.stat(each.path()));
            }

            @Override
            public void listing(Read.Listing each) {
                answers.add(each, () -> SingleReads.this.list(each.directory()));
            }

            @Override
            public void program(Read.Program each) {
                answers.add(each, () -> SingleReads.this.find(each.name()));
            }

            @Override
            public void commands(Read.Commands each) {
                answers.add(each, () -> untilOneSucceeds(each.commands()));
            }

            @Override
            public <T> void exchange(Read.Exchange<T> each) {
                answers.add(each, () -> each.exchange().apply(host()));
            }
        });
    }

    private List<CommandResult> untilOneSucceeds(List<Command> commands) {
        List<CommandResult> results = new ArrayList<>();
        for (Command command : commands) {
            results.add(query(command));
            if (results.get(results.size() - 1).succeeded()) {
                break;
            }
        }
        return results;
    }
}
