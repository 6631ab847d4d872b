package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The language of the other side's {@code /bin/sh}: everything that it must not interpret is quoted here. */
final class Shell {

    /**
     * Looks programs up as {@link Host} promises: {@code _look} sets {@code _program}. No user's variable has such a
     * name, and none of these is exported.
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

    /** The exit code of a question that needed no answer any more. A command that ends so is asked again by itself. */
    static final int NOT_RUN = 98;

    /** Longer than any system allows. */
    private static final int MAX_PATH_LENGTH = 4096;

    private Shell() {}

    /** One word, whatever is in it. */
    static String quote(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** Any bytes, as {@code printf %b} reads them. */
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
     * The program takes the shell's place, so that it is the shell's end that is seen. It is looked up before its own
     * environment is set, which may have another search path.
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

    /** The same, to be asked only when the question before it, and what that one stood in for, did not end well. */
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
            throw new UserError("Cannot tell where " + program + " is: that machine's shell says no path.");
        }
        return Path.of(output);
    }

    /** Kills a process and all below it, parents first, so that they do not go on to what comes next. */
    static RemoteScript<Boolean> killTree(String pid) {
        String script = "ps -A -o pid= -o ppid= | awk -v root=" + quote(pid) + " '"
                + "{ parent[$1] = $2 } "
                + "END { doomed[root]; do { more = 0; for (p in parent) "
                + "if (!(p in doomed) && (parent[p] in doomed)) { doomed[p]; more = 1 } } while (more); "
                + "for (p in doomed) print p }' | sort -n | xargs kill -9";
        return RemoteScript.of(script, CommandResult::succeeded);
    }
}
