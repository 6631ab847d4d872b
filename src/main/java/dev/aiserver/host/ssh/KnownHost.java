package dev.aiserver.host.ssh;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One line of a known_hosts file.
 *
 * @param line counted from 1
 * @param marker {@code @revoked}, {@code @cert-authority} or nothing
 * @param hosts patterns separated by commas, or the hash of one name
 * @param key in its wire form
 */
record KnownHost(Path file, int line, String marker, String hosts, String type, byte[] key) {
    static final String REVOKED = "@revoked";

    private static final Pattern LINE =
            Pattern.compile("\\s*(?:(?<marker>@\\S+)\\s+)?(?<hosts>[^#@\\s]\\S*)\\s+(?<type>\\S+)\\s+(?<key>\\S+).*");

    /** Parses one line. Returns empty for a comment and for any other line that ssh would skip. */
    static Optional<KnownHost> parse(Path file, int number, String line) {
        Matcher form = LINE.matcher(line);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            String marker = form.group("marker");
            return Optional.of(new KnownHost(
                    file,
                    number,
                    marker == null ? "" : marker,
                    form.group("hosts"),
                    form.group("type"),
                    Base64.getDecoder().decode(form.group("key"))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    boolean isUnmarked() {
        return marker.isEmpty();
    }

    boolean isRevoked() {
        return marker.equals(REVOKED);
    }

    boolean has(byte[] other) {
        return MessageDigest.isEqual(key, other);
    }

    String place() {
        return file + " line " + line;
    }

    /**
     * Returns whether the entry applies to a name.
     *
     * @param name a host, or {@code [host]:port}
     */
    boolean names(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (hosts.startsWith("|1|")) {
            return isHashOf(lower);
        }
        List<String> patterns = List.of(hosts.toLowerCase(Locale.ROOT).split(","));
        return patterns.stream().anyMatch(pattern -> matches(pattern, lower))
                && patterns.stream()
                        .filter(pattern -> pattern.startsWith("!"))
                        .noneMatch(pattern -> matches(pattern.substring(1), lower));
    }

    /**
     * Matches like ssh's match_pattern, but never backtracks past the last star, so that many stars do not take
     * exponential time.
     */
    private static boolean matches(String pattern, String name) {
        int at = 0;
        int star = -1;
        int from = 0;
        int i = 0;
        while (i < name.length()) {
            char expected = at < pattern.length() ? pattern.charAt(at) : 0;
            if (expected == '*') {
                star = at++;
                from = i;
            } else if (at < pattern.length() && (expected == '?' || expected == name.charAt(i))) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++from;
            } else {
                return false;
            }
        }
        return pattern.substring(at).chars().allMatch(rest -> rest == '*');
    }

    private boolean isHashOf(String name) {
        String[] parts = hosts.split("\\|");
        if (parts.length != 4) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[2]), "HmacSHA1"));
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(hash, Base64.getDecoder().decode(parts[3]));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // ssh could not read this line either.
            return false;
        }
    }
}
