package dev.aiserver.spec;

import java.util.function.Function;

/**
 * A key of a configuration: a row of {@link ConfigurationKeys}.
 *
 * @param path the key as messages write it, such as {@code proxy.port}
 * @param defaultValue the value where the configuration does not have the key
 * @param of returns the key's value in a configuration
 * @param always whether {@link ServerSpec#asConfiguration} also writes the default
 * @param example a valid value that is not the default
 * @param description what the key is for, as Markdown
 */
public record ConfigurationKey<T>(
        String path,
        ValueType<T> type,
        T defaultValue,
        Function<ServerSpec, T> of,
        boolean always,
        T example,
        String description) {

    /** Returns the default in the form that a configuration has. */
    public Object writtenDefault() {
        return type.write(defaultValue);
    }

    /** Returns the example in the form that a configuration has. */
    public Object writtenExample() {
        return type.write(example);
    }

    boolean isWritten(ServerSpec spec) {
        return always || !of.apply(spec).equals(defaultValue);
    }

    Object write(ServerSpec spec) {
        return type.write(of.apply(spec));
    }
}
