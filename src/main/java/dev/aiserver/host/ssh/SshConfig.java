package dev.aiserver.host.ssh;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the user's ssh configuration by running {@code ssh -G}, because only ssh itself interprets these files (Host,
 * Match, Include) exactly.
 */
public final class SshConfig {
    private final Map<String, String> environment;
    private final Optional<Path> file;

    /**
     * Creates the reader.
     *
     * @param environment of the user on this machine
     * @param file to read instead of the user's and the system's configuration
     */
    public SshConfig(Map<String, String> environment, Optional<Path> file) {
        this.environment = Map.copyOf(environment);
        this.file = file;
    }

    /**
     * Returns how to reach a destination.
     *
     * @throws UserError when the configuration cannot be read, or requires something that aiserver does not support
     */
    SshTarget target(Destination destination) {
        List<String> argv = new ArrayList<>(List.of("ssh", "-G"));
        file.ifPresent(path -> argv.addAll(List.of("-F", path.toString())));
        destination.user().ifPresent(user -> argv.addAll(List.of("-l", user)));
        destination.port().ifPresent(port -> argv.addAll(List.of("-p", port.toString())));
        argv.addAll(List.of("--", destination.host()));
        CommandResult result = new LocalHost(environment).run(Command.of(argv));
        if (result.exitCode() == CommandResult.NOT_FOUND) {
            throw invalid("ssh is not installed on this machine, so aiserver cannot reach " + destination.host()
                    + "; install the OpenSSH client.");
        }
        if (!result.succeeded()) {
            throw invalid("ssh cannot read its configuration for " + destination.host() + ": " + result.firstLine()
                    + ". Correct the ssh configuration.");
        }
        Map<String, List<String>> values = new HashMap<>();
        result.text().lines().forEach(line -> {
            String[] parts = line.split(" ", 2);
            values.computeIfAbsent(parts[0], any -> new ArrayList<>()).add(parts.length == 2 ? parts[1] : "");
        });
        return target(destination, values);
    }

    private SshTarget target(Destination destination, Map<String, List<String>> values) {
        if (single(values, "proxycommand").isPresent()) {
            throw invalid("ssh is configured to reach " + destination.host()
                    + " through a ProxyCommand, which aiserver does not support; use ProxyJump.");
        }
        String host = single(values, "hostname").orElse(destination.host());
        String user = single(values, "user").orElse("");
        UnaryOperator<String> expansion = text -> text.replace("%d", home())
                .replace("%h", host)
                .replace("%r", user)
                .replace("%n", destination.host())
                .replace("%%", "%");
        return new SshTarget(
                host,
                single(values, "port").map(Integer::valueOf).orElse(22),
                user,
                values.getOrDefault("identityfile", List.of()).stream()
                        .map(expansion)
                        .map(this::path)
                        .toList(),
                single(values, "identitiesonly").filter("yes"::equals).isPresent(),
                agent(values),
                Stream.of("userknownhostsfile", "globalknownhostsfile")
                        .flatMap(key -> single(values, key).stream())
                        .flatMap(paths -> Arrays.stream(paths.split(" (?=[/~])")))
                        .map(expansion)
                        .map(this::path)
                        .toList(),
                single(values, "hostkeyalias"),
                single(values, "proxyjump").stream()
                        .flatMap(jumps -> Arrays.stream(jumps.split(",")))
                        .map(Destination::parse)
                        .toList(),
                Restrictions.of(
                        destination.host(),
                        values.entrySet().stream()
                                .collect(Collectors.toMap(
                                        Map.Entry::getKey,
                                        entry -> entry.getValue().get(0))),
                        single(values, "revokedhostkeys").map(expansion).map(this::path)));
    }

    private Optional<Path> agent(Map<String, List<String>> values) {
        List<String> configured = values.getOrDefault("identityagent", List.of("SSH_AUTH_SOCK"));
        return configured.get(0).equals("SSH_AUTH_SOCK")
                ? Optional.ofNullable(environment.get("SSH_AUTH_SOCK"))
                        .filter(socket -> !socket.isEmpty())
                        .map(Path::of)
                : single(values, "identityagent").map(this::path);
    }

    private static Optional<String> single(Map<String, List<String>> values, String key) {
        return values.getOrDefault(key, List.of()).stream()
                .findFirst()
                .filter(value -> !value.isEmpty() && !value.equals("none"));
    }

    private Path path(String value) {
        return value.startsWith("~/") ? Path.of(home(), value.substring(2)) : Path.of(value);
    }

    private String home() {
        return environment.getOrDefault("HOME", "/");
    }

    private static UserError invalid(String sentence) {
        return new UserError(UserError.Kind.CONFIGURATION, sentence);
    }
}
