package dev.aiserver.host;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A read of a host as a value: what is asked, and how the answers are read. {@link Host#ask} answers it. Queries that
 * are combined are asked together, so over SSH a query costs one round trip for each of its rounds, however many reads
 * it has. A query changes nothing, leaves no process running, and can be asked any number of times.
 *
 * @param <T> the type of the result
 */
public final class Query<T> {
    private final List<Read<?>> reads;
    private final Function<Answers, Step<T>> next;

    private Query(Collection<Read<?>> reads, Function<Answers, Step<T>> next) {
        this.reads = List.copyOf(reads);
        this.next = next;
    }

    /** The result of one round: a value, or a query for the next round. */
    sealed interface Step<T> {
        record Known<T>(T value) implements Step<T> {}

        record Open<T>(Query<T> rest) implements Step<T> {}
    }

    /** Returns a query whose result is known, without a read. */
    public static <T> Query<T> of(T value) {
        return new Query<>(List.of(), answers -> new Step.Known<>(value));
    }

    private static <T> Query<T> failed(UserError error) {
        return new Query<>(List.of(), answers -> {
            throw error;
        });
    }

    private static <T> Query<T> reading(Read<T> read) {
        return new Query<>(List.of(read), answers -> new Step.Known<>(answers.get(read)));
    }

    /**
     * Reads the state of a path, with the file's content. A file larger than {@link Content#MAX_SIZE} is an error.
     */
    public static Query<FileState> file(Path path) {
        return reading(new Read.File(path));
    }

    /** Reads the state of a path without the content, which may be large. */
    public static Query<FileState> stat(Path path) {
        return reading(new Read.Stat(path));
    }

    /**
     * Lists a directory, sorted, up to {@link Host#MAX_ENTRIES} entries. The result is empty when the directory does
     * not exist.
     */
    public static Query<List<Path>> list(Path directory) {
        return reading(new Read.Listing(directory));
    }

    /**
     * Finds a program: the first executable with that name on the host's search path. {@link Host#SYSTEM_TOOLS} are
     * looked up in {@link Host#SYSTEM_DIRECTORIES} first.
     */
    public static Query<Optional<Path>> program(String name) {
        return reading(new Read.Program(name));
    }

    /** Runs a command that only reads. Every exit code is a result. */
    public static Query<CommandResult> command(Command command) {
        return untilOneSucceeds(List.of(command)).map(results -> results.get(0));
    }

    /** Runs read-only commands until one exits with 0. The results are those of the commands that ran. */
    public static Query<List<CommandResult>> untilOneSucceeds(List<Command> commands) {
        return reading(new Read.Commands(commands));
    }

    /**
     * Runs a read-only command and returns its output.
     *
     * @param what is being determined, as a clause for the error message: it is an error when the command fails,
     *     because its output may be incomplete
     */
    public static Query<String> output(Command command, String what) {
        return command(command).map(result -> {
            if (!result.succeeded()) {
                throw result.inconclusive(command, what);
            }
            return result.text();
        });
    }

    /**
     * Reads through a stream to an address of the host, such as an HTTP request. It is made on its own, after the other
     * reads of its round.
     */
    public static <T> Query<T> through(Function<Host, T> exchange) {
        return reading(new Read.Exchange<>(exchange));
    }

    /** Returns the result of a query that reads nothing. */
    public static <T> T value(Query<T> query) {
        return query.known().orElseThrow(() -> new IllegalStateException("the query reads a host"));
    }

    /** Combines queries that do not depend on each other. */
    public static <T> Query<List<T>> all(List<Query<T>> queries) {
        return joined(parts -> {
            List<Parts.Part<T>> each = queries.stream().map(parts::add).toList();
            return results -> each.stream().map(results::get).toList();
        });
    }

    /** Combines queries that do not depend on each other, and whose results may be empty; the result has the others. */
    public static <T> Query<List<T>> present(List<Query<Optional<T>>> queries) {
        return all(queries)
                .map(results -> results.stream().flatMap(Optional::stream).toList());
    }

    /** Combines the queries about several keys; the result has an entry for each, in their order. */
    public static <K, T> Query<Map<K, T>> byKey(Collection<? extends K> keys, Function<? super K, Query<T>> query) {
        List<K> distinct = keys.stream().distinct().collect(Collectors.toList());
        return all(distinct.stream().map(query).toList()).map(results -> {
            Map<K, T> byKey = new LinkedHashMap<>();
            for (int i = 0; i < distinct.size(); i++) {
                byKey.put(distinct.get(i), results.get(i));
            }
            return byKey;
        });
    }

    /**
     * Combines queries that do not depend on each other and may have different types. An error of one part is thrown
     * only where its result is used.
     *
     * @param join adds the parts, and returns the function of their results
     */
    public static <T> Query<T> joined(Function<Parts, Function<Parts.Results, T>> join) {
        Parts parts = new Parts();
        Function<Parts.Results, T> read = join.apply(parts);
        return attempts(parts.queries().stream()
                        .<Query<? extends Attempt<?>>>map(Query::attempt)
                        .toList())
                .map(values -> read.apply(new Parts.Results(values)));
    }

    private static Query<List<Attempt<?>>> attempts(List<Query<? extends Attempt<?>>> queries) {
        List<Read<?>> reads = queries.stream()
                .<Read<?>>flatMap(query -> query.reads.stream())
                .distinct()
                .toList();
        return new Query<>(reads, answers -> {
            List<Query<? extends Attempt<?>>> rest = queries.stream()
                    .<Query<? extends Attempt<?>>>map(query -> query.after(answers))
                    .toList();
            List<Attempt<?>> values = rest.stream()
                    .<Attempt<?>>flatMap(query -> query.known().stream())
                    .toList();
            return values.size() == queries.size() ? new Step.Known<>(values) : new Step.Open<>(attempts(rest));
        });
    }

    private Query<T> after(Answers answers) {
        Step<T> step = next.apply(answers);
        return step instanceof Step.Open<T> open ? open.rest() : of(((Step.Known<T>) step).value());
    }

    /** Returns the result if it depends on no read. */
    private Optional<T> known() {
        return reads.isEmpty() && next.apply(Answers.NONE) instanceof Step.Known<T> known
                ? Optional.of(known.value())
                : Optional.empty();
    }

    /** Returns this query with another reading of its result. */
    public <R> Query<R> map(Function<? super T, ? extends R> reader) {
        return then(value -> of(reader.apply(value)));
    }

    /** Returns a query that also asks another one, which does not depend on this one. */
    public <A, R> Query<R> zip(Query<A> other, BiFunction<? super T, ? super A, ? extends R> reader) {
        return joined(parts -> {
            Parts.Part<T> mine = parts.add(this);
            Parts.Part<A> theirs = parts.add(other);
            return results -> reader.apply(results.get(mine), results.get(theirs));
        });
    }

    /**
     * Returns this query, which is asked beside another one that is likely to read the same, so that a later round of this
     * one finds its answers there: what one {@link Host#ask} has read, it does not read again.
     */
    public Query<T> alongside(Query<?> likely) {
        return joined(parts -> {
            Parts.Part<T> mine = parts.add(this);
            parts.add(likely);
            return results -> results.get(mine);
        });
    }

    /** Returns a query that continues with one that depends on the result: a further round if that one reads. */
    public <R> Query<R> then(Function<? super T, Query<R>> further) {
        return reads.isEmpty()
                ? continued(further)
                : new Query<>(reads, answers -> {
                    Step<T> step = next.apply(answers);
                    if (step instanceof Step.Open<T> open) {
                        return new Step.Open<>(open.rest().then(further));
                    }
                    Query<R> rest = further.apply(((Step.Known<T>) step).value());
                    return rest.reads.isEmpty() ? rest.next.apply(answers) : new Step.Open<>(rest);
                });
    }

    /** Continues at once, because this query reads nothing: its result must not cost the other one a round. */
    private <R> Query<R> continued(Function<? super T, Query<R>> further) {
        try {
            Step<T> step = next.apply(Answers.NONE);
            return step instanceof Step.Open<T> open
                    ? open.rest().then(further)
                    : further.apply(((Step.Known<T>) step).value());
        } catch (UserError error) {
            return failed(error);
        }
    }

    /**
     * Returns a query whose result is also an error, so that others can be reported with it. A lost connection and an
     * interruption are still thrown.
     */
    public Query<Attempt<T>> attempt() {
        return new Query<>(reads, answers -> {
            try {
                Step<T> step = next.apply(answers);
                return step instanceof Step.Open<T> open
                        ? new Step.Open<>(open.rest().attempt())
                        : new Step.Known<>(Attempt.of(((Step.Known<T>) step).value()));
            } catch (UserError error) {
                return new Step.Known<>(Attempt.failed(error));
            }
        });
    }

    /** Returns the reads of the first round. */
    List<Read<?>> reads() {
        return reads;
    }

    /** Continues with the answers of all reads so far. */
    Step<T> next(Answers answers) {
        return next.apply(answers);
    }
}
