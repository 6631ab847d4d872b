package dev.aiserver.spec;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recognizes secrets by a variable's name or by the form of its value. The forms are those that the services document for
 * secret scanners: a prefix, then at least as many characters as the shortest real secret has.
 */
public final class Secrets {
    /** The endings of a secret's name, as a part of a regular expression. */
    public static final String NAMES =
            "(?:api[_-]?key|key|token|secret|password|passwd|passphrase|credentials?|signature|sig)";

    private static final Pattern NAME = Pattern.compile("(?:.*_)?" + NAMES, Pattern.CASE_INSENSITIVE);

    /**
     * Matches a user name or password in a URL, also without a scheme, as in a proxy setting. The first colon after the
     * first character ends the user name, so that a text is scanned only once.
     */
    private static final Pattern USER_INFORMATION =
            Pattern.compile("//[^/?#\\s]*@|(?:^|[\\s,;'\"=])[^/?#\\s@,;'\"=][^/?#\\s@,;'\"=:]*+:[^/?#\\s@]++@");

    private static final Pattern PARAMETER =
            Pattern.compile("[?&;](?:[\\w.-]*[_.-])?" + NAMES + "=[^&;\\s]", Pattern.CASE_INSENSITIVE);

    private record Form(String description, Pattern pattern) {
        Form(String description, String pattern) {
            this(description, Pattern.compile(pattern));
        }
    }

    /** Matches where a secret can start, also after a percent-encoded character or a JSON escape. */
    private static final String START = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\\\[nrt]))";

    /** A folder name can start like a key. A real key has digits or capitals early, or is long. */
    private static final String KEY = "(?:(?=[a-z_-]{0,40}+[A-Z0-9])[\\w-]{12,}|[A-Za-z0-9]{16,})";

    /** Each pattern scans a text once, whatever its length and content: no part can match from many start positions. */
    private static final List<Form> FORMS = List.of(
            new Form(
                    "a private key",
                    "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?s:.*?)(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\\z)"
                            + "|AGE-SECRET-KEY-1[A-Z0-9]*"),
            new Form("a JSON web token", "(?<![\\w-])eyJ[\\w-]{6,}+\\.[\\w-]{6,}+\\.[\\w-]*"),
            new Form(
                    "an access token",
                    START
                            + "(?:(?:sk|pk|rk|glpat|xox[a-z]|xapp|xai|nvapi|tskey|npm|pypi)[-_]|(?:gh[oprsu]|github_pat|hf|gsk|r8)_)"
                            + KEY
                            + "|" + START + "(?:AKIA|ASIA)[A-Z0-9]{12,}(?![a-z0-9])"
                            + "|" + START + "AIza[\\w-]{30,}"
                            + "|" + START + "ya29\\.[\\w-]{12,}"),
            new Form(
                    "an Authorization header",
                    "(?<=" + START + "(?i:bearer|basic)(?:\\s{1,9}|%20|\\+))"
                            + "(?:(?=[\\w.~+/=%-]{0,200}?(?:[0-9~+/=_%]|[a-z][A-Z]))[\\w.~+/=%-]{6,}|[A-Za-z]{20,})"));

    private Secrets() {}

    /** Returns whether a variable of this name holds a secret, whatever its value. */
    public static boolean isSecretName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns a description of the secret in a value, as a phrase that follows "contains", never the secret itself. */
    public static Optional<String> in(String value) {
        if (USER_INFORMATION.matcher(value).find()) {
            return Optional.of("a user name or password in a URL");
        }
        if (PARAMETER.matcher(value).find()) {
            return Optional.of("a secret in the query of a URL");
        }
        return FORMS.stream()
                .filter(form -> form.pattern().matcher(value).find())
                .map(Form::description)
                .findFirst();
    }

    /** Returns the patterns that match a whole secret by its form. */
    public static List<Pattern> patterns() {
        return FORMS.stream().map(Form::pattern).toList();
    }
}
