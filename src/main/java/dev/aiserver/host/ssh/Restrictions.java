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
 * What the configuration of ssh forbids. None of it may be looser here than it is for ssh itself; what ssh allows and
 * this program does not know stays out.
 *
 * @param methods of logging in, in the order in which they are tried
 * @param promptsAllowed whether the person may be asked anything (BatchMode)
 * @param knownHostsOnly whether no key may become known by this program (StrictHostKeyChecking yes)
 * @param checksAddress whether the key must fit what is known of the address too (CheckHostIP)
 * @param rsaBits the least size of a host's RSA key, in bits
 * @param revoked the file of keys that no host may show
 * @param algorithms allowed, by the names that the library has for such lists
 */
record Restrictions(
        List<String> methods,
        boolean promptsAllowed,
        boolean knownHostsOnly,
        boolean checksAddress,
        int rsaBits,
        Optional<Path> revoked,
        Map<String, String> algorithms) {

    /** By the directive, in ssh's own spelling; ssh(1) prints it in lower case. */
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
     * @param host as it was typed
     * @param values as {@code ssh -G} prints them, the first of each name; see ssh_config(5)
     * @throws UserError when what is demanded cannot be done here
     */
    static Restrictions of(String host, Map<String, String> values, Optional<Path> revoked) {
        if (isSet(values, "knownhostscommand")) {
            throw unsupported(host, "to ask a KnownHostsCommand for keys", "use UserKnownHostsFile");
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
                    "to log in by none of publickey, keyboard-interactive and password",
                    "allow one of them for it");
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
                                "to allow none of the " + directive + " that are known here",
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
                UserError.Kind.CONFIGURATION,
                "ssh is configured for " + host + " " + what + ", which does not work here; " + remedy + ".");
    }
}
