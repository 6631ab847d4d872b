package dev.aiserver.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.dd.plist.PropertyListParser;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the property list, and runs its script. */
class RotateLogsAgentTest {
    private static final LocalHost HOST = new LocalHost(System.getenv());
    private static final long LARGE = 52_428_801;

    @TempDir
    private Path folder;

    private final Renderer renderer = new Renderer();

    @Test
    void matchesTheGoldenFile() throws Exception {
        Path logs = Path.of("/Users/ann & co/Library/Logs/aiserver");
        String plist = renderer.rotateLogsPlist(new RotateLogsAgent(
                List.of(logs.resolve("ollama.stderr.log"), logs.resolve("haproxy.log")),
                logs.resolve("rotate-logs.log")));
        Golden.compare("com.aiserver.rotate-logs.plist", plist);
        Map<?, ?> read = read(plist);
        assertThat(read.get("Label")).isEqualTo("com.aiserver.rotate-logs");
        assertThat(read.get("StartInterval")).isEqualTo(3600);
        assertThat(read.get("Umask")).isEqualTo(077);
        assertThat(arguments(read))
                .startsWith("/bin/sh", "-c")
                .endsWith("rotate-logs", logs + "/ollama.stderr.log", logs + "/haproxy.log");
    }

    private static Map<?, ?> read(String plist) throws Exception {
        return (Map<?, ?>)
                PropertyListParser.parse(plist.getBytes(StandardCharsets.UTF_8)).toJavaObject();
    }

    private static List<String> arguments(Map<?, ?> plist) {
        return Stream.of((Object[]) plist.get("ProgramArguments"))
                .map(String.class::cast)
                .toList();
    }

    private CommandResult rotate(Path... logs) throws Exception {
        String plist = renderer.rotateLogsPlist(new RotateLogsAgent(List.of(logs), folder.resolve("own.log")));
        return HOST.run(Command.of(arguments(read(plist))));
    }

    private Path log(String name, String start, long size) throws IOException {
        Path log = folder.resolve(name);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.write(start.getBytes(StandardCharsets.UTF_8));
            file.setLength(size);
        }
        return log;
    }

    private static String start(Path file) throws IOException {
        try (RandomAccessFile read = new RandomAccessFile(file.toFile(), "r")) {
            return read.readLine();
        }
    }

    /** launchd opens logs in append mode, so the service's next line starts the emptied file and leaves no hole. */
    @Test
    void aServiceWritesToTheStartOfTheEmptiedLog() throws Exception {
        Path log = log("it's a \"log\" $HOME.log", "one\n", LARGE);
        try (OutputStream service = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
            service.write("last\n".getBytes(StandardCharsets.UTF_8));
            assertThat(rotate(log).exitCode()).isZero();
            assertThat(log).isEmptyFile();
            service.write("next\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(log).hasContent("next\n");
        Path copy = log.resolveSibling(log.getFileName() + ".1");
        assertThat(copy).hasSize(LARGE + 5);
        assertThat(start(copy)).isEqualTo("one");
    }

    @Test
    void keepsThreeCopies() throws Exception {
        for (String name : List.of("one", "two", "three", "four", "five")) {
            assertThat(rotate(log("x.log", name + "\n", LARGE)).exitCode()).isZero();
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("x.log", "x.log.1", "x.log.2", "x.log.3");
        assertThat(start(folder.resolve("x.log.1"))).isEqualTo("five");
        assertThat(start(folder.resolve("x.log.3"))).isEqualTo("three");
    }

    @Test
    void skipsSmallFilesAndLinks() throws Exception {
        Path small = log("small.log", "a\n", LARGE - 1);
        Path other = log("other", "b\n", LARGE);
        Path link = Files.createSymbolicLink(folder.resolve("link.log"), other);
        Path second = Files.createLink(folder.resolve("second.log"), log("first", "c\n", LARGE));
        assertThat(rotate(small, link, second, folder.resolve("missing.log")).exitCode())
                .isZero();
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("small.log", "other", "link.log", "second.log", "first");
        assertThat(small).hasSize(LARGE - 1);
        assertThat(other).hasSize(LARGE);
        assertThat(second).hasSize(LARGE);
    }

    /** A file size limit stands in for a full disk. */
    @Test
    void keepsALogThatCannotBeCopiedAndRotatesTheOthers() throws Exception {
        Path stuck = log("stuck.log", "a\n", LARGE);
        Path good = log("good.log", "b\n", LARGE);
        assertThat(HOST.run(Command.of(
                                "/bin/sh",
                                "-c",
                                "ulimit -f 1; exec \"$@\"",
                                "sh",
                                "sh",
                                "-c",
                                script(),
                                "rotate-logs",
                                stuck.toString()))
                        .exitCode())
                .isNotZero();
        assertThat(stuck).hasSize(LARGE);
        assertThat(rotate(stuck, good).exitCode()).isZero();
        assertThat(good).isEmptyFile();
    }

    private String script() throws Exception {
        return arguments(read(renderer.rotateLogsPlist(new RotateLogsAgent(List.of(), folder.resolve("own.log")))))
                .get(2);
    }
}
