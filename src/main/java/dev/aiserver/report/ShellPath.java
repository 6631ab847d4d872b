package dev.aiserver.report;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides whether your shell finds a command by its name, and advises you if it does not.
 *
 * @param path the value of {@code PATH} in the shell that started aiserver
 * @param shell the value of {@code SHELL}, a path; may be empty
 */
public record ShellPath(String path, String shell) {

    /** Returns the path and the shell that these environment variables name. */
    public static ShellPath of(Map<String, String> environment) {
        return new ShellPath(environment.getOrDefault("PATH", ""), environment.getOrDefault("SHELL", ""));
    }

    /**
     * Returns how to put the command on PATH, in lines for a terminal; empty if the shell already finds it.
     *
     * @param command in a folder below the home folder
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
                "  0. The aiserver command is in ~/" + below + ", which is not on your PATH. " + line(below));
    }

    /** Returns a command that edits the file read by a login shell, which a new terminal window on a Mac starts. */
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
