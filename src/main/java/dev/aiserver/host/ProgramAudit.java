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
 * The programs that a host has, and who besides root and the user could put another one in their place. That is whoever
 * may write the program, a folder above it, or a link on the way to it. Sticky folders such as {@code /tmp} let nobody
 * replace what belongs to somebody else. On a Mac the group {@code admin} counts as root, which its members can become
 * with sudo anyway: Homebrew's folders are theirs to write.
 *
 * @param missing names that were found nowhere, in the order of the question
 * @param unsafe for each program that others could replace, through what, and what to do about it
 */
public record ProgramAudit(List<String> missing, Map<String, String> unsafe) {
    /** What aiserver calls by name on the machine of the server, whatever that machine is. */
    static final List<String> TOOLS = List.of("launchctl", "lsof", "plutil", "ps", "ifconfig", "ip", "df", "tail");

    /** Of a Mac (opendirectory's fixed id); on Linux it is no group, or anybody's. */
    private static final int MAC_ADMIN = 80;

    /** Of the answer, in characters; each place in it is looked for in the whole list. */
    private static final int MAX_CHARACTERS = 1 << 18;

    private static final Pattern LISTED = Pattern.compile(
            "(?<mode>[-a-z][-rwxsStT]{9})\\S*\\s+\\d+\\s+(?<owner>\\d{1,10})\\s+(?<group>\\d{1,10})\\s.*");

    /** Names what there is to be seen, first of each program, then in one listing. */
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
     * What to run on a host in order to {@link #read} the answer.
     *
     * @param programs names, which are looked up as the host does, or absolute paths
     */
    public static Command command(List<String> programs) {
        return command("", programs);
    }

    /** @param before script whose output comes first */
    static Command command(String before, List<String> programs) {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", before + SCRIPT, "sh"));
        argv.addAll(programs);
        return Command.of(argv);
    }

    /**
     * @param text what was printed, which may begin with other lines
     * @throws UserError when that is more than any machine has to say of a few tools
     */
    public static ProgramAudit read(String text, HostIdentity identity) {
        if (text.length() > MAX_CHARACTERS) {
            throw new UserError("This machine says without end which programs it has. Check its PATH.");
        }
        Map<String, List<String>> ways = new LinkedHashMap<>();
        List<String> listing = new ArrayList<>();
        List<String> way = new ArrayList<>();
        boolean listed = false;
        for (String line : text.split("\n")) {
            if (listed) {
                listing.add(line);
            } else if (line.startsWith("# ")) {
                way = new ArrayList<>();
                ways.put(line.substring(2), way);
            } else if (line.equals("#")) {
                listed = true;
            } else {
                way.add(line);
            }
        }
        List<String> missing = new ArrayList<>();
        Map<String, String> unsafe = new LinkedHashMap<>();
        ways.forEach((name, places) -> {
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
            return Optional.of("\"ls -ld " + place + "\" does not say who may write it. Check that folder");
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

    /** @throws UserError when others could replace this one, with what helps */
    public void requireSafe(String program) {
        Map<String, String> only = new LinkedHashMap<>(unsafe);
        only.keySet().retainAll(List.of(program));
        new ProgramAudit(List.of(), only).requireSafe();
    }

    /** @throws UserError when others could replace one of the programs, with what helps for each */
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
     * @param needed names of tools that the system brings
     * @throws UserError when one of them is missing, with all names
     */
    public void requirePresent(List<String> needed) {
        List<String> absent = needed.stream().filter(missing::contains).toList();
        if (!absent.isEmpty()) {
            boolean one = absent.size() == 1;
            throw new UserError("This machine lacks " + String.join(", ", absent) + ", which aiserver calls; install "
                    + (one ? "it, or add its" : "them, or add their") + " folder to PATH, then try again.");
        }
    }
}
