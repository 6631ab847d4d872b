package dev.aiserver.host.ssh;

import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Implements the file operations of {@link dev.aiserver.host.Host} for a remote host. */
final class RemoteFiles {
    private static final int MAX_BATCH_CHARACTERS = 200_000;
    private static final int ALREADY_EXISTS = 44;

    /** The modes that a shell gives new files without chmod: none of them is executable. */
    private static final int MODES_OF_NEW_FILES = 0666;

    private static final int DOES_NOT_EXIST = 45;
    private static final int TOO_LARGE = 46;

    /** Mode, owner, links and size. A device has other fields instead of a size. */
    private static final Pattern STATE =
            Pattern.compile("(?<mode>[-a-z][-a-zA-Z]{9}\\S*) (?<owner>\\d{1,10}) (?<links>\\d{1,9}) (?<size>\\S*)");

    private static final Pattern SIZE = Pattern.compile("\\d{1,18}");

    /** A longer first line is not a file's state. */
    private static final int MAX_STATE_LENGTH = 200;

    /** Uses the operating system's tools, not programs of the same name on the user's search path. */
    private static final String TOOLS = "PATH=/usr/bin:/bin:/usr/sbin:/sbin\n";

    private RemoteFiles() {}

    private static RemoteScript<Boolean> change(FileChange change) {
        if (change instanceof FileChange.Write write) {
            return write(write.path(), write.content(), write.mode());
        }
        if (change instanceof FileChange.Create create) {
            return create(create.path(), create.content(), create.mode());
        }
        if (change instanceof FileChange.Move move) {
            return move(move.from(), move.to());
        }
        if (change instanceof FileChange.CreateDirectory directory) {
            return createDirectory(directory.path(), directory.mode());
        }
        return delete(((FileChange.Delete) change).path());
    }

    /**
     * Returns scripts for the first changes, as many as fit into one batch. Large content is faster in a batch of its
     * own.
     */
    static List<RemoteScript<Boolean>> batch(List<FileChange> changes) {
        List<RemoteScript<Boolean>> batch = new ArrayList<>();
        int size = 0;
        for (FileChange change : changes) {
            RemoteScript<Boolean> script = change(change);
            size += script.script().length();
            if (size > MAX_BATCH_CHARACTERS && !batch.isEmpty()) {
                break;
            }
            batch.add(script);
        }
        return batch;
    }

    private static String script(Path path, String body) {
        return TOOLS + "p=" + Shell.quote(path.toString()) + "\n" + body;
    }

    private static final String STAT = """
            if [ ! -e "$p" ] && [ ! -L "$p" ]; then
              d=${p%%/*}
              while [ -n "$d" ] && [ ! -e "$d" ] && [ ! -L "$d" ]; do d=${d%%/*}; done
              if [ -d "$d/" ] && [ -x "$d/" ]; then exit %d; fi
            fi
            l=$(ls -ldn -- "$p") || exit
            set -f; set -- $l
            printf '%%s %%s %%s %%s\\n' "$1" "$3" "$2" "$5"
            """.formatted(DOES_NOT_EXIST);

    static RemoteScript<FileState> file(Path path) {
        return stat(
                path,
                "case $1 in -*) [ \"$5\" -le %d ] || exit %d; exec cat -- \"$p\" ;; esac\n"
                        .formatted(Content.MAX_SIZE, TOO_LARGE),
                (file, content) -> new FileState.Regular(content, file.mode(), file.owner()));
    }

    static RemoteScript<FileState> stat(Path path) {
        return stat(path, "", (file, nothing) -> file);
    }

    /**
     * Builds the script for a path's state.
     *
     * @param more script that prints the file's content
     * @param read builds the result for a regular file from the script's output
     */
    private static RemoteScript<FileState> stat(
            Path path, String more, BiFunction<FileState.Unread, Content, FileState> read) {
        return RemoteScript.of(script(path, STAT + more), result -> {
            if (result.exitCode() == DOES_NOT_EXIST) {
                return new FileState.Absent();
            }
            if (result.exitCode() == TOO_LARGE) {
                throw new UserError("Cannot read " + path + ": " + Content.TOO_LARGE + ".");
            }
            if (!result.succeeded()) {
                return absentOr(result, path);
            }
            byte[] out = result.stdout();
            String start = new String(out, 0, Math.min(out.length, MAX_STATE_LENGTH), StandardCharsets.ISO_8859_1);
            int end = start.indexOf('\n');
            FileState state = state(path, start.substring(0, Math.max(0, end)));
            return state instanceof FileState.Unread file
                    ? read.apply(file, Content.of(Arrays.copyOfRange(out, end + 1, out.length)))
                    : state;
        });
    }

    private static FileState absentOr(CommandResult result, Path path) {
        return switch (reason(result)) {
            case "No such file or directory", "Not a directory" -> new FileState.Absent();
            default -> throw refused("read", path, result);
        };
    }

    private static FileState state(Path path, String line) {
        Matcher words = STATE.matcher(line);
        boolean wellFormed = words.matches();
        if (!wellFormed
                || line.startsWith("-") && !SIZE.matcher(words.group("size")).matches()) {
            throw new UserError("Cannot read " + path + ": unexpected output from \"ls -ldn\".");
        }
        String mode = words.group("mode");
        int owner = (int) Long.parseLong(words.group("owner"));
        return switch (mode.charAt(0)) {
            case '-' ->
                new FileState.Unread(
                        FileModes.parse(mode),
                        owner,
                        Integer.parseInt(words.group("links")),
                        Long.parseLong(words.group("size")));
            case 'd' -> new FileState.Directory(FileModes.parse(mode), owner);
            case 'l' -> new FileState.Other(FileState.Other.LINK, owner);
            default -> new FileState.Other("special file", owner);
        };
    }

    static RemoteScript<List<Path>> list(Path directory) {
        return RemoteScript.of(script(directory, """
                        if [ ! -d "$p" ] || [ -L "$p" ]; then exit 0; fi
                        ls -- "$p" >/dev/null && cd -- "$p" || exit
                        for f in * .[!.]* ..?*; do
                          if [ -e "$f" ] || [ -L "$f" ]; then printf '%s\\0' "$f"; fi
                        done
                        """), result -> {
            if (!result.succeeded()) {
                throw refused("read", directory, result);
            }
            List<Path> entries = Stream.of(result.text().split("\0"))
                    .filter(name -> !name.isEmpty())
                    .map(directory::resolve)
                    .sorted()
                    .toList();
            if (entries.size() > Host.MAX_ENTRIES) {
                throw new UserError(
                        "Cannot read " + directory + ": it contains more than " + Host.MAX_ENTRIES + " entries.");
            }
            return entries;
        });
    }

    static RemoteScript<Boolean> write(Path path, Content content, int mode) {
        return place(path, content, mode, """
                if [ -d "$p" ]; then
                  if [ ! -L "$p" ]; then echo ': Is a directory' >&2; exit 1; fi
                  rm -f -- "$p" || exit
                fi
                mv -f -- "$t" "$p" || exit
                trap - EXIT
                """);
    }

    static RemoteScript<Boolean> create(Path path, Content content, int mode) {
        return place(path, content, mode, """
                if [ -e "$p" ] || [ -L "$p" ]; then exit %1$d; fi
                ln -- "$t" "$p" || { if [ -e "$p" ] || [ -L "$p" ]; then exit %1$d; fi; exit 1; }
                """.formatted(ALREADY_EXISTS));
    }

    /**
     * Writes a temporary file and puts it in place. The shell's own printf is fastest. If it fails, cat repeats the
     * write, because not every shell explains a failure.
     */
    private static RemoteScript<Boolean> place(Path path, Content content, int mode, String placement) {
        Path temporary = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        String body = """
                d=%s t=%s
                [ -d "$d/." ] || { ls -d -- "$d/." >/dev/null; exit 1; }
                umask %o
                trap 'rm -f -- "$t"' EXIT
                trap 'exit 1' HUP INT TERM
                c=%s
                printf %%b "$c" >"$t" 2>/dev/null || { rm -f -- "$t"; printf %%b "$c" | cat >"$t"; } || exit
                %s{ sync "$t" || sync; } 2>/dev/null
                """.formatted(
                        Shell.quote(String.valueOf(path.getParent())),
                        Shell.quote(temporary.toString()),
                        ~mode & 0777,
                        Shell.quote(Shell.escaped(content.bytes())),
                        (mode & ~MODES_OF_NEW_FILES) == 0 ? "" : "chmod %o \"$t\" || exit\n".formatted(mode));
        return RemoteScript.of(script(path, body + placement), result -> {
            if (result.exitCode() == ALREADY_EXISTS) {
                return false;
            }
            if (!result.succeeded()) {
                throw refused("write", path, result);
            }
            return true;
        });
    }

    static RemoteScript<Boolean> move(Path from, Path to) {
        String body = "f=" + Shell.quote(from.toString()) + "\n" + """
                if [ ! -e "$f" ] && [ ! -L "$f" ]; then exit %d; fi
                if [ -d "$p" ]; then
                  if [ ! -L "$p" ]; then echo ': Is a directory' >&2; exit 1; fi
                  rm -f -- "$p" || exit
                fi
                mv -f -- "$f" "$p" && { sync "$p" || sync; } 2>/dev/null
                """.formatted(DOES_NOT_EXIST);
        return RemoteScript.of(script(to, body), result -> {
            if (result.exitCode() == DOES_NOT_EXIST) {
                return false;
            }
            if (!result.succeeded()) {
                throw refused("write", to, result);
            }
            return true;
        });
    }

    static RemoteScript<Boolean> delete(Path path) {
        return RemoteScript.of(script(path, """
                        fine() {
                          case $e in
                            *': No such file or directory' | *': Not a directory' | *': Directory not empty') exit 0 ;;
                          esac
                          printf '%s\\n' "$e" >&2
                          exit 1
                        }
                        if [ ! -e "$p" ] && [ ! -L "$p" ]; then e=$(ls -d -- "$p" 2>&1 >/dev/null) || fine; fi
                        if [ -d "$p" ] && [ ! -L "$p" ]; then e=$(rmdir -- "$p" 2>&1) || fine; else rm -f -- "$p"; fi
                        """), result -> {
            if (!result.succeeded()) {
                throw refused("delete", path, result);
            }
            return true;
        });
    }

    static RemoteScript<Boolean> createDirectory(Path path, int mode) {
        return RemoteScript.of(script(path, "mkdir -m %o -- \"$p\"".formatted(mode)), result -> {
            if (!result.succeeded()) {
                throw refused("create", path, result);
            }
            return true;
        });
    }

    private static UserError refused(String verb, Path path, CommandResult result) {
        return new UserError("Cannot " + verb + " " + path + ": " + inWords(reason(result)) + ".");
    }

    /** Returns the system's error text, which is the last part of a tool's message. */
    private static String reason(CommandResult result) {
        String message = result.errorText().isBlank() ? result.firstLine() : result.errorText();
        return FirstLine.of(message.substring(message.lastIndexOf(": ") + 1));
    }

    private static String inWords(String reason) {
        return switch (reason) {
            case "Permission denied" -> "permission denied; check its owner and permissions";
            case "No such file or directory" -> "its directory does not exist";
            case "File exists" -> "it already exists";
            default -> reason;
        };
    }
}
