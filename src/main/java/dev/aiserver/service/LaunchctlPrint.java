package dev.aiserver.service;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The output of {@code launchctl print} for one job. Apple does not guarantee its format, so it is used for
 * explanations and never for decisions. Unknown lines are skipped, missing ones tolerated. The values of the job's
 * environment may be secrets and are never kept.
 *
 * @param state launchd's word: {@code running}, {@code spawn scheduled}, {@code SIGTERMed}; empty when not printed
 * @param runs how often the process was started since the job was loaded
 * @param plist the file it was loaded from; empty for a job that another program submitted
 * @param log the file of its standard error
 * @param outputs the files of its standard output and standard error
 * @param exitTimeout between SIGTERM and SIGKILL
 */
public record LaunchctlPrint(
        String state,
        OptionalInt pid,
        int runs,
        LastExit lastExit,
        Optional<Path> plist,
        Optional<String> program,
        List<String> arguments,
        Optional<String> spawnType,
        Optional<Path> log,
        List<Path> outputs,
        Duration exitTimeout) {

    private static final Pattern TOP_LEVEL = Pattern.compile("\t(?!\t)([^=\t{][^=]*?) = (.*)");
    private static final String DISABLED_LIST = "disabled services = {";
    private static final Pattern DISABLED = Pattern.compile("\"([^\"]+)\"\\s*=>\\s*(?:disabled|true)\\b");
    private static final Pattern SERVICE = Pattern.compile("\\s*(\\d+)\\s+\\S+\\s+(\\S.*)");
    private static final Pattern NUMBERED = Pattern.compile("(\\d{1,9})(?:: .*)?");
    private static final Pattern SIGNAL = Pattern.compile("(.*): (\\d{1,9})");

    private static final int DEFAULT_EXIT_TIMEOUT_SECONDS = 5;

    /** Callers wait for this time, so a longer value is cut. */
    private static final int MAX_EXIT_TIMEOUT_SECONDS = 600;

    /** Limit of the output, in bytes. A whole domain is some hundred thousand bytes. */
    private static final int MAX_BYTES = 4 << 20;

    public LaunchctlPrint {
        arguments = List.copyOf(arguments);
        outputs = List.copyOf(outputs);
    }

    /** Returns whether the job has a process that was not asked to stop. */
    public boolean isRunning() {
        return state.equals("running") && pid.isPresent();
    }

    /** Returns whether the job was asked to stop and its process has not ended yet. */
    public boolean isDraining() {
        return state.equals("SIGTERMed") || state.equals("SIGKILLed");
    }

    /**
     * Parses the output for one job.
     *
     * @param output of {@code launchctl print DOMAIN/LABEL}; bytes that are not valid UTF-8 are tolerated
     */
    public static LaunchctlPrint parse(byte[] output) {
        Map<String, List<String>> fields = fields(output);
        return new LaunchctlPrint(
                first(fields, "state").orElse(""),
                first(fields, "pid").map(LaunchctlPrint::number).orElseGet(OptionalInt::empty),
                first(fields, "runs")
                        .map(LaunchctlPrint::number)
                        .orElseGet(OptionalInt::empty)
                        .orElse(0),
                lastExit(fields),
                first(fields, "path").flatMap(LaunchctlPrint::absolutePath),
                first(fields, "program"),
                fields.getOrDefault("arguments", List.of()),
                first(fields, "spawn type"),
                first(fields, "stderr path")
                        .or(() -> first(fields, "stdout path"))
                        .flatMap(LaunchctlPrint::absolutePath),
                Stream.of("stdout path", "stderr path")
                        .flatMap(key -> first(fields, key).stream())
                        .flatMap(path -> absolutePath(path).stream())
                        .distinct()
                        .toList(),
                Duration.ofSeconds(Math.min(
                        MAX_EXIT_TIMEOUT_SECONDS,
                        first(fields, "exit timeout")
                                .map(LaunchctlPrint::number)
                                .orElseGet(OptionalInt::empty)
                                .orElse(DEFAULT_EXIT_TIMEOUT_SECONDS))));
    }

    /**
     * Returns the labels that are disabled; empty when the output is not such a list.
     *
     * @param output of {@code launchctl print-disabled DOMAIN}, in the newer wording (disabled) or the older one (true)
     */
    public static Optional<Set<String>> disabledLabels(byte[] output) {
        String text = new String(output, StandardCharsets.UTF_8);
        if (!text.contains(DISABLED_LIST)) {
            return Optional.empty();
        }
        Set<String> labels = new HashSet<>();
        Matcher matcher = DISABLED.matcher(text);
        while (matcher.find()) {
            labels.add(matcher.group(1));
        }
        return Optional.of(Set.copyOf(labels));
    }

    /**
     * Returns the labels of running jobs by process id.
     *
     * @param output of {@code launchctl print DOMAIN}
     */
    static Map<Integer, String> runningLabels(byte[] output) {
        Map<Integer, String> labels = new HashMap<>();
        for (String line : fields(output).getOrDefault("services", List.of())) {
            Matcher service = SERVICE.matcher(line);
            if (service.matches()) {
                number(service.group(1)).stream()
                        .filter(pid -> pid > 0)
                        .forEach(pid -> labels.put(pid, service.group(2)));
            }
        }
        return labels;
    }

    /** Returns the job's top-level lines by key. The lines of a block are stored under the key that opens it. */
    private static Map<String, List<String>> fields(byte[] output) {
        Map<String, List<String>> fields = new HashMap<>();
        String[] lines = new String(output, 0, Math.min(MAX_BYTES, output.length), StandardCharsets.UTF_8).split("\n");
        if (Stream.of(lines).noneMatch(line -> line.startsWith("\t"))) {
            lines = indentedByBraces(lines);
        }
        List<String> all = List.of(lines);
        for (int i = 0; i < lines.length; i++) {
            Matcher line = TOP_LEVEL.matcher(lines[i]);
            if (!line.matches()) {
                continue;
            }
            if (!line.group(2).equals("{")) {
                fields.putIfAbsent(line.group(1), List.of(line.group(2)));
                continue;
            }
            int start = i + 1;
            while (i + 1 < lines.length && !lines[i + 1].equals("\t}")) {
                i++;
            }
            fields.putIfAbsent(
                    line.group(1),
                    all.subList(start, i + 1).stream().map(String::strip).toList());
        }
        return fields;
    }

    /** Restores the tabs that pasted text has lost, from the nesting of braces, as far as they matter. */
    private static String[] indentedByBraces(String[] lines) {
        String[] indented = new String[lines.length];
        int depth = 0;
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.equals("}")) {
                depth = Math.max(0, depth - 1);
            }
            indented[i] = "\t".repeat(Math.min(depth, 2)) + line;
            if (line.endsWith("{")) {
                depth++;
            }
        }
        return indented;
    }

    private static LastExit lastExit(Map<String, List<String>> fields) {
        Optional<String> reason = first(fields, "last exit reason");
        if (reason.isPresent()) {
            return new LastExit.Reason(reason.get());
        }
        Matcher signal = SIGNAL.matcher(first(fields, "last terminating signal").orElse(""));
        if (signal.matches()) {
            return new LastExit.Signal(Integer.parseInt(signal.group(2)), signal.group(1));
        }
        String code = first(fields, "last exit code").orElse("(never exited)");
        Matcher numbered = NUMBERED.matcher(code);
        if (numbered.matches()) {
            return new LastExit.Code(Integer.parseInt(numbered.group(1)));
        }
        return code.equals("(never exited)") ? new LastExit.Never() : new LastExit.Reason(code.replaceAll("[()]", ""));
    }

    private static Optional<String> first(Map<String, List<String>> fields, String key) {
        return fields.getOrDefault(key, List.of()).stream().findFirst();
    }

    private static OptionalInt number(String value) {
        return value.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
    }

    private static Optional<Path> absolutePath(String value) {
        return value.startsWith("/") && value.indexOf('\0') < 0 ? Optional.of(Path.of(value)) : Optional.empty();
    }
}
