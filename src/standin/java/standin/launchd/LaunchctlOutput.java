package standin.launchd;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** Formats jobs and domains exactly as launchctl prints them. */
final class LaunchctlOutput {
    private static final String SESSION = " [100020]";
    private static final int FIRST_VERSION_WITH_LAUNCH_CONSTRAINTS = 14;

    /** Stands for a code hash in the output: bytes that are not valid UTF-8, as on a Mac. */
    private static final byte[] RAW = {(byte) 0xfa, (byte) 0xde};

    private final EmbeddedLaunchd launchd;

    LaunchctlOutput(EmbeddedLaunchd launchd) {
        this.launchd = launchd;
    }

    byte[] job(Target target, LaunchdJob job) {
        JobDefinition definition = job.definition;
        LaunchdJob.Phase state = job.state();
        OptionalLong pid = job.pid();
        int active = pid.isPresent() ? 1 : 0;
        Lines head = new Lines();
        head.add(target.domain() + "/" + target.label() + " = {");
        head.add("\tactive count = " + active);
        head.add("\tpath = " + definition.plist());
        head.add("\ttype = LaunchAgent");
        head.add("\tstate = " + state.word);
        head.add("");
        head.add("\tprogram = " + definition.program());
        head.block("arguments", definition.arguments());
        definition.workingDirectory().ifPresent(path -> head.add("\tworking directory = " + path + "\n"));
        definition.stdout().ifPresent(path -> head.add("\tstdout path = " + path));
        definition.stderr().ifPresent(path -> head.add("\tstderr path = " + path));
        head.block("inherited environment", pairs(launchd.spawner.inheritedEnvironment(launchd.variables)));
        head.block("default environment", pairs(launchd.spawner.defaultEnvironment()));
        head.block("environment", pairs(launchd.spawner.ownEnvironment(definition)));
        boolean constrained = launchd.quirks.osMajor() >= FIRST_VERSION_WITH_LAUNCH_CONSTRAINTS;
        if (constrained) {
            head.add("\tLWCR = {\n\t\t\"reqs\" => {\n\t\t\t\"cdhash\" => {\n\t\t\t\t\"$in\" => [");
            head.start("\t\t\t\t\t0 = ");
        }

        Lines tail = new Lines();
        if (constrained) {
            tail.add("\t\t\t\t]\n\t\t\t}\n\t\t}\n\t\t\"vers\" => 1\n\t\t\"comp\" => 1\n\t\t\"ccat\" => 0\n\t}\n");
        }
        tail.add("\tdomain = " + target.domain() + SESSION);
        tail.add("\tasid = 100020");
        tail.add("\tminimum runtime = " + definition.throttleSeconds());
        tail.add("\texit timeout = " + definition.exitTimeOutSeconds());
        tail.add("\truns = " + job.runs());
        pid.ifPresent(number -> {
            tail.add("\tpid = " + number);
            tail.add("\timmediate reason = " + job.reason());
            tail.add("\tforks = 0\n\texecs = 1\n\tinitialized = 1\n\ttrampolined = 1\n\tstarted suspended = 0");
        });
        tail.add("\t" + job.exitStatus().line());
        tail.add("");
        Map<String, Boolean> conditions = definition.keepAlive().conditions();
        if (!conditions.isEmpty()) {
            tail.block(
                    "semaphores",
                    conditions.entrySet().stream()
                            .map(condition -> spaced(condition.getKey()) + " => " + (condition.getValue() ? "1" : "0"))
                            .toList());
        }
        for (String kind : List.of("resource", "jetsam")) {
            tail.block(
                    kind + " coalition",
                    List.of(
                            "ID = 1140",
                            "type = " + kind,
                            "state = active",
                            "active count = " + active,
                            "name = " + definition.label()));
        }
        tail.add("\tspawn type = " + spawnType(definition.processType()));
        tail.add("\tjetsam priority = 40");
        List<String> limits = new ArrayList<>();
        definition.softFiles().ifPresent(count -> limits.add("maxfiles (soft) => " + count));
        definition.hardFiles().ifPresent(count -> limits.add("maxfiles (hard) => " + count));
        if (!limits.isEmpty()) {
            tail.block("resource limits", limits);
        }
        definition.startIntervalSeconds().ifPresent(seconds -> tail.add("\trun interval = " + seconds + " seconds"));
        tail.add("\tjob state = " + job.attempt());
        tail.add("");
        tail.add("\tproperties = " + properties(definition));
        tail.add("}");
        return join(head, constrained ? RAW : new byte[0], tail);
    }

    byte[] domain(Target target, Map<String, LaunchdJob> jobs) {
        Lines lines = new Lines();
        lines.add(target.domain() + " = {");
        lines.add("\ttype = login");
        lines.add("\tservices = {");
        jobs.forEach((label, job) -> lines.add("\t\t"
                + String.format(
                        "%8s %6s \t%s",
                        job.pid().orElse(0),
                        job.exitStatus() instanceof ExitStatus.Never
                                ? "-"
                                : job.exitStatus().status(),
                        label)));
        lines.add("\t}");
        lines.add("");
        disabledServices(lines, target);
        lines.add("}");
        return lines.bytes();
    }

    byte[] disabled(Target domain) {
        Lines lines = new Lines();
        lines.add("");
        disabledServices(lines, domain);
        lines.add("\tlogin item associations = {\n\t}");
        return lines.bytes();
    }

    byte[] list(Map<String, LaunchdJob> jobs) {
        Lines lines = new Lines();
        lines.add("PID\tStatus\tLabel");
        jobs.forEach((label, job) ->
                lines.add((job.pid().isPresent() ? "" + job.pid().getAsLong() : "-") + "\t"
                        + job.exitStatus().status() + "\t" + label));
        return lines.bytes();
    }

    byte[] list(Target domain, LaunchdJob job) {
        JobDefinition definition = job.definition;
        Lines lines = new Lines();
        lines.add("{");
        definition.stdout().map(Path::toString).ifPresent(path -> lines.entry("StandardOutPath", path));
        lines.entry("LimitLoadToSessionType", domain.kind().equals("gui") ? "Aqua" : "Background");
        definition.stderr().map(Path::toString).ifPresent(path -> lines.entry("StandardErrorPath", path));
        lines.entry("Label", definition.label());
        lines.add("\t\"OnDemand\" = " + !definition.keepAlive().always() + ";");
        lines.add("\t\"LastExitStatus\" = " + job.exitStatus().waitStatus() + ";");
        job.pid().ifPresent(pid -> lines.add("\t\"PID\" = " + pid + ";"));
        lines.entry("Program", definition.program());
        lines.add("\t\"ProgramArguments\" = (");
        definition.arguments().forEach(argument -> lines.add("\t\t\"" + argument + "\";"));
        lines.add("\t);");
        lines.add("};");
        return lines.bytes();
    }

    /** Adds the disabled services. The system domain has its own list, which only root changes. */
    private void disabledServices(Lines lines, Target domain) {
        lines.add("\tdisabled services = {");
        Map<String, Boolean> disabled = domain.isSystem() ? Map.of() : launchd.disabled;
        disabled.forEach((label, off) -> lines.add("\t\t\"" + label + "\" => " + (off ? "disabled" : "enabled")));
        lines.add("\t}");
    }

    private static String spawnType(String processType) {
        return switch (processType) {
            case "Interactive" -> "interactive (4)";
            case "Background" -> "background (5)";
            default -> "daemon (3)";
        };
    }

    private static String properties(JobDefinition definition) {
        List<String> properties = new ArrayList<>();
        if (definition.keepAlive().always()) {
            properties.add("keepalive");
        }
        if (definition.runAtLoad()) {
            properties.add("runatload");
        }
        if (definition.programIsInferred()) {
            properties.add("inferred program");
        }
        return String.join(" | ", properties);
    }

    /** Returns a key as launchd prints it: {@code successful exit} for {@code SuccessfulExit}. */
    private static String spaced(String key) {
        return key.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static List<String> pairs(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(variable -> variable.getKey() + " => " + variable.getValue())
                .toList();
    }

    private static byte[] join(Lines head, byte[] raw, Lines tail) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.bytes());
        bytes.writeBytes(raw);
        bytes.writeBytes(tail.bytes());
        return bytes.toByteArray();
    }

    /** Builds output line by line. */
    private static final class Lines {
        private final StringBuilder text = new StringBuilder();

        void add(String line) {
            text.append(line).append('\n');
        }

        void start(String line) {
            text.append(line);
        }

        void block(String name, List<String> lines) {
            add("\t" + name + " = {");
            lines.forEach(line -> add("\t\t" + line));
            add("\t}\n");
        }

        void entry(String key, String value) {
            add("\t\"" + key + "\" = \"" + value + "\";");
        }

        byte[] bytes() {
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
