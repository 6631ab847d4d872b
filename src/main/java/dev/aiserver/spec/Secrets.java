package dev.aiserver.spec;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Recognises a secret, by the name of what holds it or by its own form. The forms are those that the services document
 * for their scanners: a prefix, then at least as many characters as the shortest real one may have.
 */
public final class Secrets {
    /** What the name of a secret ends with, as a part of a pattern. */
    public static final String NAMES =
            "(?:api[_-]?key|key|token|secret|password|passwd|passphrase|credentials?|signature|sig)";

    private static final Pattern NAME = Pattern.compile("(?:.*_)?" + NAMES, Pattern.CASE_INSENSITIVE);

    /** A proxy may also be written without a scheme. The first colon after its first character ends the name, so a text is read once. */
    private static final Pattern USER_INFORMATION =
            Pattern.compile("//[^/?#\\s]*@|(?:^|[\\s,;'\"=])[^/?#\\s@,;'\"=][^/?#\\s@,;'\"=:]*+:[^/?#\\s@]++@");

    private static final Pattern PARAMETER =
            Pattern.compile("[?&;](?:[\\w.-]*[_.-])?" + NAMES + "=[^&;\\s]", Pattern.CASE_INSENSITIVE);

    private record Form(String words, Pattern pattern) {
        Form(String words, String pattern) {
            this(words, Pattern.compile(pattern));
        }
    }

    /** Also after a character that is percent-encoded, or spelled as in JSON. */
    private static final String START = "(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2})|(?<=\\\\[nrt]))";

    /** A name of a folder may begin like a key; a key has digits or capitals early, or is long. */
    private static final String KEY = "(?:(?=[a-z_-]{0,40}+[A-Z0-9])[\\w-]{12,}|[A-Za-z0-9]{16,})";

    /** Each reads a text once, however long and whatever it says: no part can be matched from many beginnings. */
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

    /** Whether a variable of that name holds a secret, whatever its value. */
    public static boolean isSecretName(String name) {
        return NAME.matcher(name).matches();
    }

    /** What a value holds, in words that follow "holds"; never the value itself. */
    public static Optional<String> in(String value) {
        if (USER_INFORMATION.matcher(value).find()) {
            return Optional.of("a user's name or password in a URL");
        }
        if (PARAMETER.matcher(value).find()) {
            return Optional.of("a secret in the query of a URL");
        }
        return FORMS.stream()
                .filter(form -> form.pattern().matcher(value).find())
                .map(Form::words)
                .findFirst();
    }

    /** Patterns of what is a secret by its own form, whole. */
    public static List<Pattern> patterns() {
        return FORMS.stream().map(Form::pattern).toList();
    }
}
