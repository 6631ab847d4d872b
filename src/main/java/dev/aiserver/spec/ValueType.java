package dev.aiserver.spec;

import dev.aiserver.host.UserError;
import java.util.Map;

/**
 * The type of a key's values.
 *
 * @param <T> how the program holds a value
 */
public sealed interface ValueType<T> permits TextType, ListType, VariablesType {

    /** Returns in words which values are valid, as Markdown. */
    String words();

    /** Returns the values' shape in JSON Schema. It accepts all valid values, and need not reject all others. */
    Map<String, Object> schema();

    /** Returns a value as strings, numbers, booleans, lists and maps, in the form that a configuration has. */
    Object write(T value);

    /**
     * Returns the value that a configuration has.
     *
     * @throws UserError of kind CONFIGURATION, with file, line and column
     */
    T read(YamlValue value);
}
