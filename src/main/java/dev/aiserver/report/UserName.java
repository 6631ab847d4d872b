package dev.aiserver.report;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Holds the name of a user, taken from the path of a home folder; it may contain letters of any language. */
record UserName(String plain) {
    private static final String SLASH = "(?:\\\\?/|%2[Ff])";

    /** Matches a letter beyond ASCII that is percent-encoded or escaped as in JSON. */
    private static final String SPELLED = "%[89A-Fa-f][0-9A-Fa-f]|\\\\u[0-9A-Fa-f]{4}";

    /** Matches a home folder of macOS or Linux; /Users/Shared belongs to no user. */
    static final Pattern HOME = Pattern.compile(
            SLASH + "(?:Users|home)" + SLASH + "(?!Shared(?![\\w.-]))(?<user>(?:[\\w.-]|" + SPELLED
                    + "){0,100}(?:[\\w-]|" + SPELLED + "))",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9A-Fa-f]{4})");

    /** Returns all user names in a text. */
    static Stream<UserName> in(String text) {
        return HOME.matcher(text).results().map(match -> new UserName(decoded(match.group(1))));
    }

    private static String decoded(String name) {
        String unescaped =
                ESCAPE.matcher(name).replaceAll(match -> String.valueOf((char) Integer.parseInt(match.group(1), 16)));
        return URLDecoder.decode(unescaped.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns patterns for all spellings; macOS writes an accent as a character after its letter (NFD). */
    Stream<String> spellings() {
        return Stream.of(Normalizer.Form.NFC, Normalizer.Form.NFD)
                .map(form -> Normalizer.normalize(plain, form))
                .flatMap(name ->
                        Stream.of(Pattern.quote(name), spelled(name, UserName::percent), spelled(name, UserName::json)))
                .distinct();
    }

    private static String spelled(String name, IntFunction<String> letter) {
        return name.codePoints()
                .mapToObj(c -> c < 0x80 ? Pattern.quote(Character.toString(c)) : "(?i:" + letter.apply(c) + ")")
                .collect(Collectors.joining());
    }

    private static String percent(int c) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
            encoded.append(String.format(Locale.ROOT, "%%%02X", each & 0xff));
        }
        return encoded.toString();
    }

    private static String json(int c) {
        return Character.toString(c)
                .chars()
                .mapToObj(unit -> String.format(Locale.ROOT, "\\\\u%04x", unit))
                .collect(Collectors.joining());
    }
}
