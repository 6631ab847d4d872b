package dev.aiserver.report;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a person's shell finds a command by its name, and what to do when it does not.
 *
 * @param path the value of {@code PATH} in the shell that started this program
 * @param shell the value of {@code SHELL}, a path; may be empty
 */
public record ShellPath(String path, String shell) {

    public static ShellPath of(Map<String, String> environment) {
        return new ShellPath(environment.getOrDefault("PATH", ""), environment.getOrDefault("SHELL", ""));
    }

    /**
     * Returns what to do so that the shell finds the command, in lines that a terminal shows; empty when it finds it.
     *
     * @param command in a folder below the home
     */
    Optional<String> advice(Path command, Path home) {
        Path folder = command.getParent();
        boolean found = Stream.of(path.split(":"))
                .filter(each -> each.startsWith("/"))
                .anyMatch(each -> Path.of(each).normalize().equals(folder));
        if (found || folder == null) {
            return Optional.empty();
        }
        String below = home.relativize(folder).toString();
        return Optional.of(
                "  0. The command aiserver is in ~/" + below + ", which is not on your PATH. " + line(below));
    }

    /** These are the files that a shell reads when a terminal is opened on a Mac, which starts a login shell. */
    private String line(String folder) {
        String export = "echo 'export PATH=\"$HOME/" + folder + ":$PATH\"' >>~/";
        return switch (shell.substring(shell.lastIndexOf('/') + 1)) {
            case "zsh" -> add(export + ".zprofile");
            case "bash" -> add(export + ".bash_profile");
            case "sh", "dash", "ksh" -> add(export + ".profile");
            case "fish" -> add("fish_add_path ~/" + folder);
            default -> "Add it to PATH in your shell's profile, then open a new terminal.\n";
        };
    }

    private static String add(String line) {
        return "Run this, then open a new terminal:\n       " + line + "\n";
    }
}
