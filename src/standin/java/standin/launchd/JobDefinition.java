package standin.launchd;

import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import com.dd.plist.NSString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a job as its property list defines it (launchd.plist(5)), read once when the job is loaded.
 *
 * @param arguments full argv, with the program's name first
 * @param environment variables in addition to launchd's
 * @param startIntervalSeconds seconds between two starts; empty without {@code StartInterval}
 * @param softFiles soft limit of open files; empty for launchd's default
 * @param sessionTypes session types into which the job may be loaded
 */
record JobDefinition(
        Path plist,
        String label,
        String program,
        boolean programIsInferred,
        List<String> arguments,
        Map<String, String> environment,
        Optional<Path> workingDirectory,
        Optional<Path> stdout,
        Optional<Path> stderr,
        int umask,
        Optional<Integer> softFiles,
        Optional<Integer> hardFiles,
        RestartRule keepAlive,
        boolean runAtLoad,
        Optional<Integer> startIntervalSeconds,
        int throttleSeconds,
        int exitTimeOutSeconds,
        String processType,
        Set<String> sessionTypes) {

    private static final int DEFAULT_UMASK = 022;
    private static final int DEFAULT_THROTTLE = 10;
    private static final int DEFAULT_EXIT_TIME_OUT = 5;

    static JobDefinition read(Path plist) throws LaunchdFailure {
        NSDictionary dictionary = dictionary(plist);
        String label = string(dictionary, "Label").orElse("");
        if (label.isBlank() || label.contains("/")) {
            throw new LaunchdFailure(LaunchdError.INVALID_LABEL);
        }
        Optional<String> program = string(dictionary, "Program");
        List<String> arguments = strings(dictionary.get("ProgramArguments"));
        if (program.isEmpty() && arguments.isEmpty()) {
            throw new LaunchdFailure(LaunchdError.INVALID_PROGRAM);
        }
        RestartRule keepAlive = RestartRule.of(dictionary.get("KeepAlive"));
        List<String> sessions = strings(dictionary.get("LimitLoadToSessionType"));
        return new JobDefinition(
                plist,
                label,
                program.orElseGet(() -> arguments.get(0)),
                program.isEmpty(),
                arguments.isEmpty() ? List.of(program.orElseThrow()) : arguments,
                environment(dictionary),
                string(dictionary, "WorkingDirectory").map(Path::of),
                string(dictionary, "StandardOutPath").map(Path::of),
                string(dictionary, "StandardErrorPath").map(Path::of),
                number(dictionary, "Umask").orElse(DEFAULT_UMASK),
                openFiles(dictionary, "SoftResourceLimits"),
                openFiles(dictionary, "HardResourceLimits"),
                keepAlive,
                isTrue(dictionary, "RunAtLoad") || keepAlive.impliesRunAtLoad(),
                number(dictionary, "StartInterval").filter(seconds -> seconds > 0),
                number(dictionary, "ThrottleInterval")
                        .filter(seconds -> seconds > 0)
                        .orElse(DEFAULT_THROTTLE),
                number(dictionary, "ExitTimeOut").orElse(DEFAULT_EXIT_TIME_OUT),
                string(dictionary, "ProcessType").orElse(""),
                Set.copyOf(sessions.isEmpty() ? List.of("Aqua") : sessions));
    }

    private static NSDictionary dictionary(Path plist) throws LaunchdFailure {
        try {
            if (PropertyListReader.parse(Files.readAllBytes(plist)) instanceof NSDictionary dictionary) {
                return dictionary;
            }
            throw new LaunchdFailure(LaunchdError.INVALID_PROPERTY_LIST);
        } catch (IOException e) {
            throw new LaunchdFailure(LaunchdError.NO_SUCH_FILE, e);
        }
    }

    private static Map<String, String> environment(NSDictionary dictionary) {
        Map<String, String> environment = new TreeMap<>();
        if (dictionary.get("EnvironmentVariables") instanceof NSDictionary variables) {
            variables.forEach((name, value) -> {
                if (value instanceof NSString text) {
                    environment.put(name, text.getContent());
                }
            });
        }
        return environment;
    }

    private static Optional<Integer> openFiles(NSDictionary dictionary, String key) {
        return dictionary.get(key) instanceof NSDictionary limits ? number(limits, "NumberOfFiles") : Optional.empty();
    }

    private static Optional<String> string(NSDictionary dictionary, String key) {
        return dictionary.get(key) instanceof NSString text ? Optional.of(text.getContent()) : Optional.empty();
    }

    private static Optional<Integer> number(NSDictionary dictionary, String key) {
        return dictionary.get(key) instanceof NSNumber number && !number.isBoolean()
                ? Optional.of(number.intValue())
                : Optional.empty();
    }

    private static boolean isTrue(NSDictionary dictionary, String key) {
        return dictionary.get(key) instanceof NSNumber number && number.boolValue();
    }

    /** Reads a list of strings, or one string as a list of one. */
    private static List<String> strings(@Nullable NSObject value) {
        if (value instanceof NSString text) {
            return List.of(text.getContent());
        }
        return value instanceof NSArray array
                ? Stream.of(array.getArray())
                        .filter(NSString.class::isInstance)
                        .map(element -> ((NSString) element).getContent())
                        .toList()
                : List.of();
    }
}
