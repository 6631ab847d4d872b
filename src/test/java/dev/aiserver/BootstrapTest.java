package dev.aiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code ./install} on a machine without some of the required tools. */
@Tag("linux")
final class BootstrapTest {
    private static final Path SCRIPT = Path.of("install").toAbsolutePath();

    /** Lists commands that only a Mac has, or that an installation provides. */
    private static final Set<String> NOT_FOR_DEBIAN =
            Set.of("brew", "defaults", "fdesetup", "ifconfig", "launchctl", "ollama", "plutil", "pmset");

    /** Lists commands of packages that every system has. */
    private static final Set<String> SHELL = Set.of(
            "sh",
            "dirname",
            "find",
            "head",
            "sed",
            "readlink",
            "locale",
            "tr",
            "sort",
            "tail",
            "cat",
            "df",
            "id",
            "ls",
            "chmod",
            "cp",
            "rm",
            "rmdir",
            "mkdir",
            "uname",
            "awk",
            "xargs");

    @TempDir
    private Path folder;

    /** Returns a PATH with only these commands, and an apt-get that must not be called. */
    private Path commands(Set<String> names) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String name : names) {
            script(bin.resolve(name), "PATH=/usr/bin:/bin exec " + name + " \"$@\"");
        }
        script(bin.resolve("apt-get"), "echo called >&2; exit 99");
        return bin;
    }

    private static void script(Path path, String body) throws IOException {
        Files.writeString(path, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Returns a checkout without a build. */
    private Path checkout() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.copy(SCRIPT, checkout.resolve("install"));
        Path launcher = Path.of("src/main/resources/dev/aiserver/aiserver.sh");
        Files.createDirectories(checkout.resolve(launcher).getParent());
        Files.copy(launcher, checkout.resolve(launcher));
        return checkout;
    }

    private String run(Path bin, String... options) throws IOException, InterruptedException {
        List<String> argv =
                new ArrayList<>(List.of("/bin/sh", checkout().resolve("install").toString()));
        argv.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(argv).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(1);
        return output;
    }

    private static List<String> packages(String output) {
        Matcher named = Pattern.compile("will be installed with apt: (.*)").matcher(output);
        assertThat(named.find()).as(output).isTrue();
        return List.of(named.group(1).split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--dry-run", "--rehearse", "--test"})
    void namesEveryMissingToolInEveryMode(String mode) throws IOException, InterruptedException {
        String output = run(commands(SHELL), mode);

        assertThat(packages(output)).contains("lsof", "procps", "openssh-client", "maven");
        assertThat(output).contains("run again with --yes").doesNotContain("called");
    }

    @Test
    void namesAPackageOnceForAllItsTools() throws IOException, InterruptedException {
        Set<String> some = SHELL.stream()
                .filter(name -> !Set.of("df", "mkdir", "tail").contains(name))
                .collect(Collectors.toSet());

        assertThat(packages(run(commands(some), "--rehearse"))).containsOnlyOnce("coreutils");
    }

    /** Makes sure that the script installs each tool that the program calls. */
    @Test
    void requiresEveryCommandThatTheProgramCalls() throws IOException {
        Pattern call = Pattern.compile("Command\\.of\\(\\s*\"([a-z]+)\"");
        Set<String> called = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher found = call.matcher(Files.readString(source));
                while (found.find()) {
                    called.add(found.group(1));
                }
            }
        }
        String script = Files.readString(SCRIPT);
        Matcher needs = Pattern.compile("^ *(?:need ([a-z]+) |for tool in ([a-z ]+);)", Pattern.MULTILINE)
                .matcher(script);
        Set<String> needed = new TreeSet<>();
        while (needs.find()) {
            needed.addAll(List.of((needs.group(1) == null ? needs.group(2) : needs.group(1)).split(" ")));
        }
        called.removeAll(NOT_FOR_DEBIAN);

        assertThat(called).contains("ps", "lsof", "ip").isSubsetOf(needed);
    }
}
