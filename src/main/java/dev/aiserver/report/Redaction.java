package dev.aiserver.report;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Takes out of a text what its reader may not know: who the people are, and what opens doors. */
public final class Redaction {
    private static final String SECRET = "[secret]";
    private static final String USER = "[user]";

    /** macOS and Linux; Shared is a folder for everybody, not a person's. */
    private static final Pattern HOME = Pattern.compile("/(?:Users|home)/(?!Shared(?![\\w.-]))(?<user>[\\w.-]*[\\w-])");

    private record Rule(Pattern pattern, String replacement) {
        Rule(String pattern, String replacement) {
            this(Pattern.compile(pattern, Pattern.CASE_INSENSITIVE), replacement);
        }
    }

    /** Each reads a text once, however long and whatever it says: no part can be matched from many beginnings. */
    private static final List<Rule> RULES = List.of(
            new Rule("(?s)-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?(?:-----END \\1-----|$)", SECRET),
            // A header's value, however it is quoted, up to where the header ends.
            new Rule(
                    "\\b((?:proxy-)?authorization|x-api-key|api-key|(?:set-)?cookie)(\"?\\s*[:=]\\s*\"?)"
                            + "[^\\s\"][^\\r\\n\"]*",
                    "$1$2" + SECRET),
            new Rule("\\b(bearer|basic)\\s+[\\w.~+/=-]{6,}", "$1 " + SECRET),
            // NAME=value and "name": "value", where the name says that the value is one.
            new Rule(
                    "((?<![a-z0-9])(?:[\\w-]{0,64}[_-])?(?:api_?key|key|token|secret|password|passwd)(?:=\"?|\"\\s*:\\s*\"))"
                            + "[^\\s\"&,;]+",
                    "$1" + SECRET),
            new Rule("(?<=://)[^\\s/@]++(?=@)", SECRET),
            // What is recognised by its own form: the keys of well-known services, tokens of three parts, SSH keys.
            new Rule("\\b(?:sk|pk|tskey|ghp|gho|github_pat|glpat|hf|xox[abp])[-_][\\w-]{8,}", SECRET),
            new Rule("(?<![\\w-])eyJ[\\w-]++\\.[\\w-]+\\.[\\w-]*", SECRET),
            new Rule("\\b(ssh-(?:ed25519|rsa)|ecdsa-sha2-[\\w-]{1,40})\\s+[\\w+/=]{16,}", "$1 " + SECRET),
            new Rule("(?<![\\w.+-])[\\w.+-]++@(?=[\\w-]+\\.[\\w.-]*[a-z])", USER + "@"));

    private final Pattern users;

    private Redaction(Set<String> users) {
        this.users = Pattern.compile(
                users.isEmpty()
                        ? "(?!)"
                        : users.stream()
                                .map(Pattern::quote)
                                .collect(Collectors.joining("|", "(?<![\\w-])(?:", ")(?![\\w-])")));
    }

    /** One that knows the people whose homes are named in any of these texts, and finds them in all. */
    public static Redaction of(Collection<String> texts) {
        return new Redaction(texts.stream()
                .flatMap(text -> HOME.matcher(text).results())
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** A home is written as {@code ~}, a person's name elsewhere as {@code [user]}, a secret as {@code [secret]}. */
    public String apply(String text) {
        String result = text;
        for (Rule rule : RULES) {
            result = rule.pattern().matcher(result).replaceAll(rule.replacement());
        }
        return users.matcher(HOME.matcher(result).replaceAll("~")).replaceAll(USER);
    }
}
