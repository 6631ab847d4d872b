package dev.aiserver.report;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The name of a person's home, which is that of the person; with letters of any language. */
record UserName(String plain) {
    private static final String SLASH = "(?:\\\\?/|%2[Ff])";

    /** A letter beyond ASCII may be percent-encoded, or spelled as in JSON. */
    private static final String SPELLED = "%[89A-Fa-f][0-9A-Fa-f]|\\\\u[0-9A-Fa-f]{4}";

    /** macOS and Linux; Shared is a folder for everybody, not a person's. */
    static final Pattern HOME = Pattern.compile(
            SLASH + "(?:Users|home)" + SLASH + "(?!Shared(?![\\w.-]))(?<user>(?:[\\w.-]|" + SPELLED
                    + "){0,100}(?:[\\w-]|" + SPELLED + "))",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9A-Fa-f]{4})");

    /** All that a text holds. */
    static Stream<UserName> in(String text) {
        return HOME.matcher(text).results().map(match -> new UserName(decoded(match.group(1))));
    }

    private static String decoded(String name) {
        String unescaped =
                ESCAPE.matcher(name).replaceAll(match -> String.valueOf((char) Integer.parseInt(match.group(1), 16)));
        return URLDecoder.decode(unescaped.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Patterns of the ways to write it; macOS writes an accent after its letter. */
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
