package dev.aiserver.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.LocalHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFilesTest {
    @TempDir
    private Path root;

    private Path folder;
    private Path log;

    @BeforeEach
    void createUserDirectory() throws IOException {
        folder = root.resolve("home/Library/Logs/aiserver");
        log = folder.resolve("haproxy.log");
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(log, "line\n");
        setPermissions(log, "rw-------");
    }

    private static void setPermissions(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private List<String> problems(Path file) {
        LocalHost host = host();
        return host.ask(new LogFiles(List.of(file)).problems(host.facts()));
    }

    private LocalHost host() {
        return new LocalHost(Map.of("HOME", root.resolve("home").toString(), "PATH", System.getenv("PATH")));
    }

    @Test
    void ownFilesAndMissingFilesAreSafe() {
        assertThat(problems(log)).isEmpty();
        assertThat(problems(folder.resolve("new.log"))).isEmpty();
        assertThat(problems(folder.resolve("new/new.log"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "home,                       rwxrwxr-x",
        "home/Library,               rwxr-xrwx",
        "home/Library/Logs,          rwxrwxrwx",
        "home/Library/Logs/aiserver, rwx-w----"
    })
    void writableParentDirectoriesAreReported(String path, String permissions) throws IOException {
        setPermissions(root.resolve(path), permissions);
        assertThat(problems(log)).singleElement().asString().matches(".*" + path + " can be written by other users .*");
        LocalHost host = host();
        assertThat(host.ask(new LogFiles(List.of(log)).folderProblems(host.facts())))
                .hasSize(1);
    }

    /**
     * In a sticky directory like /tmp, other users cannot take an existing name today, but any user can after the next
     * restart.
     */
    @Test
    void stickyDirectoriesCountAsWritable() throws IOException {
        Path shared = root.resolve("shared");
        Files.createDirectories(shared.resolve("mine"));
        new ProcessBuilder("chmod", "1777", shared.toString())
                .inheritIO()
                .start()
                .onExit()
                .join();
        Path home = shared.resolve("mine");
        LocalHost elsewhere = new LocalHost(Map.of("HOME", root + "/home", "PATH", System.getenv("PATH")));
        assertThat(elsewhere.ask(new LogFiles(List.of(home.resolve("x.log"))).problems(elsewhere.facts())))
                .singleElement()
                .asString()
                .contains("can be written by other users (mode 1777)");
    }

    @Test
    void aLinkInThePathIsReported() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("home/logs"), folder);
        assertThat(problems(link.resolve("haproxy.log")))
                .singleElement()
                .asString()
                .endsWith("home/logs is a symbolic link, not a folder");
    }

    @Test
    void aLogMustBeAPrivateRegularFileWithOneName() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.log"), log);
        assertThat(problems(link)).singleElement().asString().endsWith("link.log is a symbolic link, not a file");
        assertThat(problems(Files.createDirectory(folder.resolve("folder.log"))))
                .singleElement()
                .asString()
                .endsWith("folder.log is a folder, not a file");
        setPermissions(log, "rw--w----");
        assertThat(problems(log)).singleElement().asString().endsWith("can be written by other users (mode 0620)");
        setPermissions(log, "rw-------");
        Files.createLink(root.resolve("bashrc"), log);
        assertThat(problems(log)).singleElement().asString().endsWith("haproxy.log has 2 names (hard links)");
    }

    @Test
    void theSizeIncludesRotatedFiles() throws IOException {
        Files.writeString(folder.resolve("haproxy.log.1"), "older");
        Files.writeString(folder.resolve("haproxy.log.3"), "oldest");
        Files.writeString(folder.resolve("haproxy.log.4"), "not ours");
        Files.writeString(folder.resolve("other.log"), "not ours");
        LogFiles logs = new LogFiles(List.of(log, folder.resolve("missing.log")));
        LocalHost host = host();
        assertThat(host.ask(logs.size())).isEqualTo(5 + 5 + 6);
        assertThat(host.ask(logs.present(host.facts())))
                .containsExactly(log, folder.resolve("haproxy.log.1"), folder.resolve("haproxy.log.3"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0 kB", "999999, 999 kB", "12345678, 12 MB", "1000000000, 1.0 GB", "1260000000, 1.2 GB"})
    void formatsSizes(long bytes, String words) {
        assertThat(LogFiles.humanSize(bytes)).isEqualTo(words);
    }
}
