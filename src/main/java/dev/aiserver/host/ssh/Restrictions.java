package dev.aiserver.host.ssh;

import com.jcraft.jsch.JSch;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The restrictions of the ssh configuration. aiserver is never less strict than ssh; options that it does not support
 * are rejected.
 *
 * @param methods login methods in the order in which they are tried
 * @param promptsAllowed whether aiserver may ask you anything (BatchMode)
 * @param knownHostsOnly whether new host keys are rejected (StrictHostKeyChecking yes)
 * @param checksAddress whether the key must also match the known keys of the address (CheckHostIP)
 * @param rsaBits the minimum size of a host's RSA key, in bits
 * @param revoked the file of revoked host keys
 * @param algorithms allowed algorithms, by the library's names for these lists
 */
record Restrictions(
        List<String> methods,
        boolean promptsAllowed,
        boolean knownHostsOnly,
        boolean checksAddress,
        int rsaBits,
        Optional<Path> revoked,
        Map<String, String> algorithms) {

    /** The library's names by directive, in ssh's spelling; {@code ssh -G} prints directives in lower case. */
    private static final Map<String, List<String>> LISTS = Map.of(
            "HostKeyAlgorithms", List.of("server_host_key"),
            "KexAlgorithms", List.of("kex"),
            "Ciphers", List.of("cipher.s2c", "cipher.c2s"),
            "MACs", List.of("mac.s2c", "mac.c2s"),
            "PubkeyAcceptedAlgorithms", List.of("PubkeyAcceptedAlgorithms"),
            "CASignatureAlgorithms", List.of("ca_signature_algorithms"));

    private static final Map<String, String> METHODS = Map.of(
            "publickey", "pubkeyauthentication",
            "keyboard-interactive", "kbdinteractiveauthentication",
            "password", "passwordauthentication");

    /**
     * Reads the restrictions.
     *
     * @param host as you typed it
     * @param values as {@code ssh -G} prints them, the first of each name; see ssh_config(5)
     * @throws UserError when the configuration requires something that aiserver does not support
     */
    static Restrictions of(String host, Map<String, String> values, Optional<Path> revoked) {
        if (isSet(values, "knownhostscommand")) {
            throw unsupported(
                    host, "uses a KnownHostsCommand, which aiserver does not support", "use UserKnownHostsFile");
        }
        String order = isSet(values, "preferredauthentications")
                ? values.getOrDefault("preferredauthentications", "")
                : "publickey,keyboard-interactive,password";
        List<String> methods = Arrays.stream(order.split(","))
                .filter(METHODS::containsKey)
                .filter(method -> !isOff(values, METHODS.getOrDefault(method, "")))
                .toList();
        if (methods.isEmpty()) {
            throw unsupported(
                    host,
                    "allows none of the login methods publickey, keyboard-interactive and password",
                    "allow one of them");
        }
        return new Restrictions(
                methods,
                !isOn(values, "batchmode"),
                isOn(values, "stricthostkeychecking"),
                isOn(values, "checkhostip"),
                number(values.getOrDefault("requiredrsasize", "0")),
                revoked,
                algorithms(host, values));
    }

    private static Map<String, String> algorithms(String host, Map<String, String> values) {
        Map<String, String> algorithms = new LinkedHashMap<>();
        LISTS.forEach((directive, lists) -> {
            String value = values.get(directive.toLowerCase(Locale.ROOT));
            if (value != null) {
                Set<String> allowed = Set.of(value.split(","));
                for (String list : lists) {
                    String both = Arrays.stream(JSch.getConfig(list).split(","))
                            .filter(allowed::contains)
                            .collect(Collectors.joining(","));
                    if (both.isEmpty()) {
                        throw unsupported(
                                host,
                                "allows none of the " + directive + " that aiserver supports",
                                "allow one of " + JSch.getConfig(list));
                    }
                    algorithms.put(list, both);
                }
            }
        });
        return algorithms;
    }

    private static boolean isSet(Map<String, String> values, String key) {
        String value = values.getOrDefault(key, "");
        return !value.isEmpty() && !value.equals("none");
    }

    private static boolean isOn(Map<String, String> values, String key) {
        return Set.of("yes", "true").contains(values.getOrDefault(key, ""));
    }

    private static boolean isOff(Map<String, String> values, String key) {
        return Set.of("no", "false").contains(values.getOrDefault(key, ""));
    }

    private static int number(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }

    private static UserError unsupported(String host, String what, String remedy) {
        return new UserError(
                UserError.Kind.CONFIGURATION, "The ssh configuration for " + host + " " + what + "; " + remedy + ".");
    }
}
