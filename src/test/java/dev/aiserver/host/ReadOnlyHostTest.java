package dev.aiserver.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadOnlyHostTest {

    @Test
    void readsLikeTheHostAndRejectsChanges(@TempDir Path home) throws IOException {
        Host machine = new LocalHost(System.getenv());
        Host host = new ReadOnlyHost(machine);
        Path file = Files.writeString(home.resolve("file"), "mine");
        for (Consumer<Host> change : List.<Consumer<Host>>of(
                it -> it.write(file, Content.of("new"), 0644),
                it -> it.create(file, Content.of("new"), 0644),
                it -> it.delete(file),
                it -> it.prefetch(Prefetch.ofFiles(List.of(file))).delete(file),
                it -> it.createDirectory(home.resolve("new"), 0700))) {
            assertThatThrownBy(() -> change.accept(host))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("planning must not ");
        }
        assertThat(host.file(file)).isEqualTo(machine.file(file));
        assertThat(host.list(home)).containsExactly(file);
        assertThat(host.facts()).isEqualTo(machine.facts());
        assertThat(host.find("sh")).isEqualTo(machine.find("sh"));
        assertThat(host.run(Command.of("echo", "a")).text()).isEqualTo("a\n");
    }
}
