package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Generates scripts for the remote {@code /bin/sh} and quotes everything that the shell must not interpret. */
final class Shell {

    /**
     * Looks programs up as {@link Host} specifies: {@code _look} sets {@code _program}. The names start with an
     * underscore to avoid the user's variables, and none is exported.
     */
    static final String PRELUDE = """
            set -f; IFS=:; _path=
            for _each in $PATH:%s; do
              case $_each in
                /*) case :$_path: in *":$_each:"*) ;; *) _path=${_path:+$_path:}$_each ;; esac ;;
              esac
            done
            set +f; unset IFS
            PATH=$_path LC_ALL=C; export PATH LC_ALL
            _look() {
              case $1 in
                %s) _folders=%s:$PATH ;;
                *) _folders=$PATH ;;
              esac
              IFS=:; set -f
              for _each in $_folders; do
                _program=$_each/$1
                if [ -f "$_program" ] && [ -x "$_program" ]; then unset IFS; set +f; return 0; fi
              done
              return 1
            }
            """.formatted(
                    String.join(":", Host.DEFAULT_DIRECTORIES),
                    String.join(" | ", Host.SYSTEM_TOOLS),
                    String.join(":", Host.SYSTEM_DIRECTORIES));

    /**
     * The exit code of a script that was skipped because it was not needed. A command that exits with this code runs
     * again on its own.
     */
    static final int NOT_RUN = 98;

    /** Longer than any operating system allows. */
    private static final int MAX_PATH_LENGTH = 4096;

    private Shell() {}

    /** Quotes a text as one word. */
    static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Escapes bytes for {@code printf %b}. */
    static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte each : bytes) {
            boolean plain = each >= ' ' && each <= '~' && each != '\\' || each == '\n';
            if (plain) {
                text.append((char) each);
            } else {
                int octal = Byte.toUnsignedInt(each);
                text.append("\\0").append(octal >> 6).append(octal >> 3 & 7).append(octal & 7);
            }
        }
        return text.toString();
    }

    /**
     * Returns the script that runs a command. The program replaces the subshell, so its exit status is the one
     * reported. It is looked up before its own environment is set, which may have another PATH.
     */
    static RemoteScript<CommandResult> run(Command command) {
        String environment = command.environment().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(variable -> "export " + quote(variable.getKey() + "=" + variable.getValue()) + "\n")
                .collect(Collectors.joining());
        String words = command.argv().stream().map(Shell::quote).collect(Collectors.joining(" "));
        String script =
                "set -- " + words + """

                case $1 in
                  */*) _program=$1 ;;
                  *) _look "$1" || { printf '%%s: not found' "$1" >&2; exit %1$d; } ;;
                esac
                [ -f "$_program" ] && [ -x "$_program" ] || { printf '%%s: cannot be run' "$1" >&2; exit %1$d; }
                shift
                """.formatted(CommandResult.NOT_FOUND) + environment + "exec \"$_program\" \"$@\"";
        return new RemoteScript<>(command.toString(), script, command.stdin().bytes(), result -> result);
    }

    /**
     * Returns the script for a fallback: it runs only when the previous script, and those that it stood in for, failed.
     */
    static RemoteScript<CommandResult> unlessSucceeded(RemoteScript<CommandResult> script) {
        String unless = "case $_status in 0 | %1$d) exit %1$d ;; esac\n".formatted(NOT_RUN);
        return new RemoteScript<>(script.name(), unless + script.script(), script.input(), script.answer());
    }

    static RemoteScript<Optional<Path>> find(String program) {
        return RemoteScript.of(
                "_look " + quote(program) + " && printf %s \"$_program\"",
                result -> result.succeeded() ? Optional.of(path(program, result.text())) : Optional.empty());
    }

    private static Path path(String program, String output) {
        if (!output.startsWith("/") || output.indexOf('\0') >= 0 || output.length() > MAX_PATH_LENGTH) {
            throw new UserError("Could not locate " + program + ": the remote shell did not print a path.");
        }
        return Path.of(output);
    }

    /**
     * Returns the script that kills a process and its descendants, parents first, so that no parent starts its next
     * step.
     */
    static RemoteScript<Boolean> killTree(String pid) {
        String script = "ps -A -o pid= -o ppid= | awk -v root=" + quote(pid) + " '"
                + "{ parent[$1] = $2 } "
                + "END { doomed[root]; do { more = 0; for (p in parent) "
                + "if (!(p in doomed) && (parent[p] in doomed)) { doomed[p]; more = 1 } } while (more); "
                + "for (p in doomed) print p }' | sort -n | xargs kill -9";
        return RemoteScript.of(script, CommandResult::succeeded);
    }
}
