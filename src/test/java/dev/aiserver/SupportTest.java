package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.standin.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves the support bundle and the debug log on a machine where nothing is installed. */
class SupportTest {

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path home = Path.of("/");

    @BeforeEach
    void machine() throws IOException {
        home = Files.createDirectories(folder.resolve("home/zelda"));
        Script.write(folder.resolve("uname"), "echo Linux x86_64");
        environment.putAll(Map.of("PATH", folder.toString(), "HOME", home.toString()));
    }

    private ProgramRun run(String... args) {
        return ProgramRun.of(environment, args);
    }

    private static Map<String, String> parts(Path archive) throws IOException {
        Map<String, String> parts = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                parts.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return parts;
    }

    @Test
    void theBundleHoldsWhatCouldBeReadAndWhyTheRestCouldNot() throws IOException {
        Path logs = Files.createDirectories(home.resolve("Library/Logs/aiserver"));
        Files.writeString(
                logs.resolve("haproxy.log"),
                "x".repeat(300_000)
                        + "\nOPENAI_API_KEY=abcdef123456 /Users/berta/x for zelda \\/Users\\/carla\\/x\nlast line\n");
        Path archive = folder.resolve("support.zip");

        ProgramRun run = run("support-bundle", archive.toString());

        assertThat(run.exitCode()).as(run.toString()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .isEqualTo("rw-------");
        Map<String, String> parts = parts(archive);
        assertThat(parts)
                .containsOnlyKeys(
                        "README.txt",
                        "versions.txt",
                        "status.json",
                        "verify.json",
                        "logs/haproxy.log",
                        "logs/ollama.stdout.log",
                        "logs/ollama.stderr.log",
                        "logs/ollama.warm-models.log",
                        "logs/rotate-logs.log");
        assertThat(parts.get("versions.txt")).contains("aiserver ", "Java ", "$ uname -srm", "$ ollama", "not found");
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(parts.get("verify.json"))
                        .path("outcome")
                        .asText())
                .isEqualTo("failed");
        assertThat(parts.get("logs/haproxy.log"))
                .endsWith("\nOPENAI_API_KEY=[secret] ~/x for [user] ~\\/x\nlast line\n")
                .hasSizeLessThan(200_100);
        assertThat(parts.get("logs/rotate-logs.log")).startsWith("could not be read: ");
        assertThat(String.join("", parts.values())).doesNotContain("zelda", "berta", "carla", "abcdef123456");
    }

    @Test
    void anArchiveThatCannotBeWrittenIsAMistakeOfTheCommandLine() {
        Path archive = folder.resolve("nowhere/support.zip");
        ProgramRun run = run("support-bundle", archive.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(archive.toString(), "no such folder");
    }

    @Test
    void severalMachinesNeedSeveralArchives() {
        ProgramRun run = run("support-bundle", "a.zip", "--host", "one", "--host", "two");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("support-bundle", "--host");
    }

    @Test
    void debugPrintsEachCommandWithHostExitCodeAndDuration() {
        assertThat(run("status", "--debug").err())
                .containsPattern("debug: this machine: exit 0 in \\d+ ms: /bin/sh -c ");
        assertThat(run("--debug", "status").err()).contains("debug: this machine: exit ");
        assertThat(run("status").err()).doesNotContain("debug:");
        environment.put("AISERVER_DEBUG", "1");
        assertThat(run("status").err()).contains("debug: this machine: exit ");
    }

    @Test
    void debugMasksHomes() {
        Script.write(folder.resolve("brew"), "exit 1");
        String debug = run("plan", "--debug").err();
        assertThat(debug).contains("debug: this machine: ").doesNotContain(home.toString());
    }
}
