package dev.aiserver.host;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value, or the error that says why it could not be determined.
 *
 * @param <T> the type of the value
 */
public final class Attempt<T> implements Supplier<T> {
    private final @Nullable T value;
    private final @Nullable UserError error;

    private Attempt(@Nullable T value, @Nullable UserError error) {
        this.value = value;
        this.error = error;
    }

    static <T> Attempt<T> of(T value) {
        return new Attempt<>(value, null);
    }

    /**
     * Returns a failed attempt.
     *
     * @throws UserError at once, if nothing else can be determined either: the connection is lost, or you interrupted
     *     aiserver
     */
    static <T> Attempt<T> failed(UserError error) {
        if (error.isConnectionLost() || error.kind() == UserError.Kind.INTERRUPTED) {
            throw error;
        }
        return new Attempt<>(null, error);
    }

    /**
     * Returns the value.
     *
     * @throws UserError when it could not be determined
     */
    @Override
    public T get() {
        if (value == null) {
            throw error == null ? new IllegalStateException("neither a value nor an error") : error;
        }
        return value;
    }

    public Optional<UserError> error() {
        return Optional.ofNullable(error);
    }

    /** Returns the value, or empty when it could not be determined. */
    public Optional<T> value() {
        return Optional.ofNullable(value);
    }
}
