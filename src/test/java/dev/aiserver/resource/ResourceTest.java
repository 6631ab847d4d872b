package dev.aiserver.resource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResourceTest {

    /** A receipt could not be read otherwise, and the installation could not be removed. */
    @Test
    void everyKindHasItsOwnNameInReceipts() {
        JsonSubTypes names = requireNonNull(Resource.class.getAnnotation(JsonSubTypes.class));
        assertThat(Stream.of(names.value()).map(JsonSubTypes.Type::name)).doesNotHaveDuplicates();
        assertThat(Stream.of(names.value()).map(JsonSubTypes.Type::value).collect(Collectors.toSet()))
                .isEqualTo(kinds(Resource.class).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Stream.of(type.getPermittedSubclasses()).flatMap(ResourceTest::kinds)
                : Stream.of(type);
    }
}
