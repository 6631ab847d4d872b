package dev.aiserver.host;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds missing programs, and programs that another user could replace. A program is at risk when another user can
 * write to it, to a directory above it, or to a link on the way to it. In sticky directories such as {@code /tmp} other
 * users' files cannot be replaced. On a Mac the group {@code admin} counts as root, because its members can become root
 * with sudo anyway; Homebrew's directories are writable for that group.
 *
 * @param missing programs that were not found, in the order requested
 * @param unsafe for each program that another user could replace: how, and what to do about it
 */
public record ProgramAudit(List<String> missing, Map<String, String> unsafe) {
    /** The tools that aiserver calls on the server, whatever its operating system. */
    static final List<String> TOOLS = List.of("launchctl", "lsof", "plutil", "ps", "ifconfig", "ip", "df", "tail");

    /** The fixed group id of {@code admin} on a Mac. On Linux this id has no meaning. */
    private static final int MAC_ADMIN = 80;

    /** Limit of the output, in characters: each path in it is searched in the whole listing. */
    private static final int MAX_CHARACTERS = 1 << 18;

    private static final Pattern LISTED = Pattern.compile(
            "(?<mode>[-a-z][-rwxsStT]{9})\\S*\\s+\\d+\\s+(?<owner>\\d{1,10})\\s+(?<group>\\d{1,10})\\s.*");

    /** Prints the path components of each program, then one listing of all of them. */
    private static final String SCRIPT =
            """
            _system=%s
            _walk() {
              printf '%%s\\n' /
              _rest=$1 _at= _links=0
              while [ -n "$_rest" ]; do
                _part=${_rest%%%%/*}
                case $_rest in */*) _rest=${_rest#*/} ;; *) _rest= ;; esac
                case $_part in
                  '' | .) ;;
                  ..) _at=${_at%%/*} ;;
                  *)
                    printf '%%s\\n' "$_at/$_part"
                    if [ -L "$_at/$_part" ] && [ "$_links" -lt 40 ]; then
                      _links=$((_links + 1))
                      _target=$(PATH=$_system readlink "$_at/$_part")
                      case $_target in /*) _at= ;; esac
                      _rest=$_target/$_rest
                    else
                      _at=$_at/$_part
                    fi
                    ;;
                esac
              done
            }
            _found() {
              case $1 in
                */*) _program=$1; [ -f "$1" ]; return ;;
                %s) _folders=$_system:$PATH ;;
                *) _folders=$PATH ;;
              esac
              IFS=:
              for _folder in $_folders; do
                _program=$_folder/$1
                if [ -f "$_program" ] && [ -x "$_program" ]; then unset IFS; return 0; fi
              done
              unset IFS
              return 1
            }
            set -f
            _ways=$(for _name in "$@"; do
              printf '# %%s\\n' "$_name"
              if _found "$_name"; then _walk "$_program"; fi
            done)
            printf '%%s\\n#\\n' "$_ways"
            IFS='
            '
            set -- $_ways
            unset IFS
            for _each in "$@"; do
              shift
              case $_each in /*) set -- "$@" "$_each" ;; esac
            done
            if [ $# -gt 0 ]; then PATH=$_system ls -ldn -- "$@"; fi
            exit 0
            """.formatted(String.join(":", Host.SYSTEM_DIRECTORIES), String.join(" | ", Host.SYSTEM_TOOLS));

    public ProgramAudit {
        missing = List.copyOf(missing);
        unsafe = Map.copyOf(unsafe);
    }

    /**
     * Audits programs.
     *
     * @param programs names, which are looked up as the host does, or absolute paths
     */
    public static Query<ProgramAudit> query(List<String> programs, HostIdentity identity) {
        return Query.command(command(programs)).map(result -> read(result.text(), identity));
    }

    /**
     * Returns the command whose output {@link #read} parses.
     *
     * @param programs names, which are looked up as the host does, or absolute paths
     */
    public static Command command(List<String> programs) {
        return command("", programs);
    }

    /**
     * Returns the audit command with another script in front.
     *
     * @param before script whose output comes first
     */
    static Command command(String before, List<String> programs) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", before + SCRIPT, "sh"));
        argv.addAll(programs);
        return Command.of(argv);
    }

    /**
     * Parses the output of {@link #command}.
     *
     * @param text the output, which may begin with other lines
     * @throws UserError when the output is too long to be valid
     */
    public static ProgramAudit read(String text, HostIdentity identity) {
        if (text.length() > MAX_CHARACTERS) {
            throw new UserError("The list of this machine's programs is too long to read. Check its PATH.");
        }
        Map<String, List<String>> pathsByProgram = new LinkedHashMap<>();
        List<String> listing = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        boolean listed = false;
        for (String line : text.split("\n")) {
            if (listed) {
                listing.add(line);
            } else if (line.startsWith("# ")) {
                paths = new ArrayList<>();
                pathsByProgram.put(line.substring(2), paths);
            } else if (line.equals("#")) {
                listed = true;
            } else {
                paths.add(line);
            }
        }
        List<String> missing = new ArrayList<>();
        Map<String, String> unsafe = new LinkedHashMap<>();
        pathsByProgram.forEach((name, places) -> {
            if (places.isEmpty()) {
                missing.add(name);
            }
            places.stream()
                    .flatMap(place -> problem(place, listing, identity).stream())
                    .findFirst()
                    .ifPresent(problem -> unsafe.put(name, problem));
        });
        return new ProgramAudit(missing, unsafe);
    }

    private static Optional<String> problem(String place, List<String> listing, HostIdentity identity) {
        Matcher listed = listing.stream()
                .filter(line -> line.endsWith(" " + place) || line.contains(" " + place + " -> "))
                .map(LISTED::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .orElse(null);
        if (listed == null) {
            return Optional.of("\"ls -ld " + place + "\" did not show who can write to it. Check that folder");
        }
        long owner = Long.parseLong(listed.group("owner"));
        long group = Long.parseLong(listed.group("group"));
        String mode = listed.group("mode");
        if (owner != 0 && owner != identity.uid()) {
            return Optional.of(place + " belongs to user id " + owner
                    + ". Use a copy that belongs to root or to you, or change the owner");
        }
        boolean link = mode.charAt(0) == 'l';
        boolean sticky = "tT".indexOf(mode.charAt(9)) >= 0;
        boolean byGroup = mode.charAt(5) == 'w' && group != 0 && !(identity.isMac() && group == MAC_ADMIN);
        boolean byAll = mode.charAt(8) == 'w';
        return link || sticky || !byGroup && !byAll
                ? Optional.empty()
                : Optional.of(place + " can be written by " + (byAll ? "everybody" : "group id " + group) + " (" + mode
                        + "). Run \"" + Command.of("chmod", "go-w", place) + "\"");
    }

    /**
     * Checks one program.
     *
     * @throws UserError when another user could replace it, with the remedy
     */
    public void requireSafe(String program) {
        Map<String, String> only = new LinkedHashMap<>(unsafe);
        only.keySet().retainAll(List.of(program));
        new ProgramAudit(List.of(), only).requireSafe();
    }

    /**
     * Checks all programs.
     *
     * @throws UserError when another user could replace any of them, with the remedy for each
     */
    public void requireSafe() {
        Map<String, List<String>> names = new TreeMap<>();
        unsafe.forEach((name, problem) ->
                names.computeIfAbsent(problem, any -> new ArrayList<>()).add(name));
        if (!names.isEmpty()) {
            throw new UserError(names.entrySet().stream()
                    .map(each ->
                            replaceableMessage(each.getValue().stream().sorted().toList(), each.getKey()))
                    .collect(Collectors.joining("\n")));
        }
    }

    private static String replaceableMessage(List<String> names, String problem) {
        return String.join(", ", names)
                + " could be replaced by another user of this machine, so aiserver does not run "
                + (names.size() == 1 ? "it" : "them") + ": " + problem + ", then try again.";
    }

    /**
     * Checks that tools are installed.
     *
     * @param needed names of tools that come with the operating system
     * @throws UserError when any is missing, with all their names
     */
    public void requirePresent(List<String> needed) {
        List<String> absent = needed.stream().filter(missing::contains).toList();
        if (!absent.isEmpty()) {
            boolean one = absent.size() == 1;
            throw new UserError("This machine lacks " + String.join(", ", absent) + ", which aiserver needs; install "
                    + (one ? "it, or add its" : "them, or add their") + " folder to PATH, then try again.");
        }
    }
}
