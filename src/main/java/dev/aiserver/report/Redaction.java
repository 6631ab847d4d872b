package dev.aiserver.report;

import dev.aiserver.spec.Secrets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Removes secrets and user names from text. */
public final class Redaction {
    private static final String SECRET = "[secret]";
    private static final String USER = "[user]";

    /** Lists user names that are kept: they identify no person, or a report would be unreadable without the word. */
    private static final Set<String> IMPERSONAL = Set.of(
            "a",
            "admin",
            "administrator",
            "aiserver",
            "all",
            "an",
            "and",
            "at",
            "for",
            "haproxy",
            "in",
            "is",
            "it",
            "launchd",
            "localhost",
            "mac",
            "model",
            "no",
            "nobody",
            "of",
            "ollama",
            "on",
            "or",
            "proxy",
            "root",
            "runner",
            "server",
            "tailscale",
            "the",
            "to",
            "user");

    private record Rule(Pattern pattern, String replacement) {
        Rule(String pattern, String replacement) {
            this(Pattern.compile(pattern, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS), replacement);
        }
    }

    /** Matches the end of a name that does not occur in prose: {@code OPENAI_API_KEY}, {@code client-secret}, {@code accessToken}. */
    private static final String COMPOUND = "(?:(?<=[\\p{L}\\p{N}](?:[_-]|%5F|%2D))" + Secrets.NAMES
            + "|(?-i:(?<=[a-z0-9])(?:Key|Token|Secret|Password|Passphrase|Credentials?))"
            + "|(?<![\\p{L}\\p{N}])(?:api[_-]?key|(?:access|auth|client|session)(?:key|token|secret)))";

    private static final String NAME = "(?:" + COMPOUND + "|(?<![\\p{L}\\p{N}])" + Secrets.NAMES + ")";

    private static final String IS = "\\s{0,9}[:=]\\s{0,9}";
    private static final String UNQUOTED = "[^\\s\"'&,;\\\\]";

    /** Matches a value that looks like a key and not like a word. */
    private static final String KEY_LIKE =
            "(?=" + UNQUOTED + "{0,200}?(?:[0-9_~+/=]|(?-i:[a-z][A-Z])))" + UNQUOTED + "{6,}";

    /** Each rule takes linear time on any text, because no part of a text can be matched from many starting points. */
    private static final List<Rule> RULES = List.of(
            // The value of a header, however it is quoted, up to the end of the header.
            new Rule(
                    "(?<![\\p{L}\\p{N}_])((?:proxy-)?authorization|(?:[\\w-]{1,30}-)?api-key|(?:set-)?cookie)"
                            + "(\\\\?[\"']?" + IS + "\\\\?[\"']?|%3A(?:%20|\\+){0,9})[^\\s\"'\\\\][^\\r\\n\"'\\\\]*",
                    "$1$2" + SECRET),
            // A quoted value after the name of a secret, also with the escapes of a JSON string.
            new Rule(
                    "(" + NAME + "[\"']?" + IS + "\")(?!\")[^\"\\\\\\r\\n]*+(?:\\\\.[^\"\\\\\\r\\n]*+){0,300}",
                    "$1" + SECRET),
            new Rule(
                    "(" + NAME + "[\"']?" + IS + "')(?!')[^'\\\\\\r\\n]*+(?:\\\\.[^'\\\\\\r\\n]*+){0,300}",
                    "$1" + SECRET),
            new Rule("(" + NAME + "\\\\[\"']" + IS + "\\\\[\"'])[^\"'\\\\\\r\\n]++", "$1" + SECRET),
            // An unquoted value.
            new Rule("(" + NAME + "=)" + UNQUOTED + "+", "$1" + SECRET),
            new Rule("(" + COMPOUND + IS + ")(?!\\[secret])" + UNQUOTED + "+", "$1" + SECRET),
            new Rule("(" + NAME + IS + ")" + KEY_LIKE, "$1" + SECRET),
            new Rule(
                    "((?<![\\p{L}\\p{N}])pass(?:word|wd|phrase)" + IS
                            + ")(?!(?:not?|is|was|the|none|null|true|false|missing|empty|required|wrong|for)\\b|\\[)"
                            + UNQUOTED + "{3,}",
                    "$1" + SECRET),
            new Rule(
                    "(" + NAME + "(?:%22|%27)?(?:%3D|%3A)(?:%20|\\+){0,9}(?:%22|%27)?)"
                            + "(?!%2[267C])[^\\s\"'&,;%]*+(?:%(?!2[267C]|7D)[^\\s\"'&,;%]*+){0,300}",
                    "$1" + SECRET),
            // User and password in a URL, or in a proxy address without a scheme.
            new Rule("(?<=://)[^\\s/?#\"']{1,512}@", SECRET + "@"),
            new Rule("(?<=%3A%2F%2F)(?:(?!%2F)[^\\s/?#\"'&]){1,256}(%40|@)", SECRET + "$1"),
            new Rule(
                    "(?<![^\\s,;'\"=(])[^/?#\\s@,;'\"=:(]{1,64}:[^/?#\\s@]{1,256}@(?!sha256)(?=[\\w\\[])",
                    SECRET + "@"),
            new Rule("\\b(ssh-(?:ed25519|rsa)|ecdsa-sha2-[\\w-]{1,40})\\s+[\\w+/=]{16,}", "$1 " + SECRET),
            new Rule("(?<![\\w.+-])[\\w.+-]++(@|%40)(?=[\\w-]+\\.[\\w.-]*\\p{L})", USER + "$1"));

    private final Pattern users;

    private Redaction(Set<String> users) {
        this.users = Pattern.compile(
                users.isEmpty()
                        ? "(?!)"
                        : users.stream()
                                .collect(
                                        Collectors.joining("|", "(?:(?<![\\w-])|(?<=%[0-9A-F]{2}))(?:", ")(?![\\w-])")),
                Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** Returns a redaction that removes the names of all users whose home folders occur in any of these texts. */
    public static Redaction of(Collection<String> texts) {
        return new Redaction(texts.stream()
                .flatMap(UserName::in)
                .filter(name -> !IMPERSONAL.contains(name.plain()))
                .flatMap(UserName::spellings)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Returns the text with {@code ~} for a home folder, {@code [user]} for a user name and {@code [secret]} for a secret. */
    public String apply(String text) {
        String result = text;
        for (Rule rule : RULES) {
            result = rule.pattern().matcher(result).replaceAll(rule.replacement());
        }
        for (Pattern form : Secrets.patterns()) {
            result = form.matcher(result).replaceAll(SECRET);
        }
        return users.matcher(UserName.HOME.matcher(result).replaceAll("~")).replaceAll(USER);
    }
}
