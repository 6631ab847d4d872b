package dev.aiserver.host;

import java.util.ArrayList;
import java.util.List;

/** Collects queries that do not depend on each other. */
public final class Parts {
    private final List<Query<?>> queries = new ArrayList<>();

    Parts() {}

    /** One of several queries that are asked together. */
    public record Part<T>(int index) {}

    public <T> Part<T> add(Query<T> query) {
        queries.add(query);
        return new Part<>(queries.size() - 1);
    }

    List<Query<?>> queries() {
        return queries;
    }

    /** The results of all parts. */
    public static final class Results {
        private final List<Attempt<?>> values;

        Results(List<Attempt<?>> values) {
            this.values = values;
        }

        /**
         * Returns the result of a part.
         *
         * @throws UserError if the host could not answer the part
         */
        public <T> T get(Part<T> part) {
            return attempt(part).get();
        }

        /** Returns the result of a part, or its error. */
        @SuppressWarnings("unchecked")
        public <T> Attempt<T> attempt(Part<T> part) {
            return (Attempt<T>) values.get(part.index());
        }
    }
}
