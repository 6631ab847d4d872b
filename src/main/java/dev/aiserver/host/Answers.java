package dev.aiserver.host;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The answers of a host to reads: a value, or an error, for each. */
public final class Answers {
    static final Answers NONE = new Answers();

    private final Map<Read<?>, Supplier<?>> answers = new HashMap<>();

    /**
     * Adds the answer to a read.
     *
     * @param answer returns it, or throws the {@link UserError} for which there is none
     * @throws UserError when that error also ends all other reads
     */
    public <T> void add(Read<T> read, Supplier<T> answer) {
        addIfPresent(read, () -> Optional.of(answer.get()));
    }

    /** Adds the answer to a read like {@link #add}, if there is one. */
    public <T> void addIfPresent(Read<T> read, Supplier<Optional<T>> answer) {
        try {
            answer.get().ifPresent(value -> answers.put(read, () -> value));
        } catch (UserError error) {
            Attempt<T> failed = Attempt.failed(error);
            answers.put(read, failed);
        }
    }

    public boolean has(Read<?> read) {
        return answers.containsKey(read);
    }

    /** @throws UserError when the host could not answer the read */
    @SuppressWarnings("unchecked")
    <T> T get(Read<T> read) {
        Supplier<?> answer = answers.get(read);
        if (answer == null) {
            throw new IllegalStateException("not asked: " + read);
        }
        return (T) answer.get();
    }

    void addAll(Answers more) {
        answers.putAll(more.answers);
    }
}
