package dev.aiserver.rehearsal.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/** Reads over one JSON value as Go's decoder does, and says in its words what is wrong with it. */
final class GoSyntax {
    private static final int MOST_NESTED = 10_000;

    private final byte[] text;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;

    private GoSyntax(byte[] text) {
        this.text = text;
    }

    /** What ends the reading; not an error yet, as a route has a word of its own for a missing body. */
    private static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message);
        }
    }

    /** The first value, and what is wrong with it. What stands behind it is nobody's concern. */
    record Reading(Optional<String> value, String complaint) {}

    /** Nothing at all has the complaint {@code EOF}. */
    static Reading read(byte[] text) {
        GoSyntax syntax = new GoSyntax(text);
        try {
            syntax.value();
            return new Reading(Optional.of(new String(text, 0, syntax.at, StandardCharsets.UTF_8)), "");
        } catch (Wrong e) {
            return new Reading(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    private void value() throws Wrong {
        if (next() < 0) {
            throw new Wrong("EOF");
        }
        begin();
        while (!open.isEmpty()) {
            boolean object = open.element() == '{';
            int c = next();
            if (c == (object ? '}' : ']')) {
                at++;
                open.pop();
            } else if (c == ',') {
                at++;
                member(object);
            } else {
                throw unexpected(c, object ? "after object key:value pair" : "after array element");
            }
        }
    }

    /** A value up to its first comma, or to its end where it is a plain one. */
    private void begin() throws Wrong {
        int c = next();
        switch (c) {
            case '{', '[' -> {
                at++;
                open.push((char) c);
                if (open.size() > MOST_NESTED) {
                    throw new Wrong("exceeded max depth");
                }
                boolean object = c == '{';
                if (next() != (object ? '}' : ']')) {
                    member(object);
                }
            }
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> {
                if (c != '-' && !isDigit(c)) {
                    throw unexpected(c, "looking for beginning of value");
                }
                number();
            }
        }
    }

    private void member(boolean object) throws Wrong {
        if (object) {
            int c = next();
            if (c != '"') {
                throw unexpected(c, "looking for beginning of object key string");
            }
            string();
            int colon = next();
            if (colon != ':') {
                throw unexpected(colon, "after object key");
            }
            at++;
        }
        begin();
    }

    private void string() throws Wrong {
        at++;
        for (int c = here(); c != '"'; c = here()) {
            if (c < 0x20) {
                throw unexpected(c, "in string literal");
            }
            at++;
            if (c == '\\') {
                escape();
            }
        }
        at++;
    }

    private void escape() throws Wrong {
        int c = here();
        if ("bfnrt\\/\"u".indexOf(c) < 0) {
            throw unexpected(c, "in string escape code");
        }
        at++;
        for (int digit = 0; c == 'u' && digit < 4; digit++) {
            if (Character.digit(here(), 16) < 0) {
                throw unexpected(here(), "in \\u hexadecimal character escape");
            }
            at++;
        }
    }

    private void literal(String word) throws Wrong {
        for (int letter = 0; letter < word.length(); letter++) {
            if (here() != word.charAt(letter)) {
                throw unexpected(here(), "in literal " + word + " (expecting " + quoted(word.charAt(letter)) + ")");
            }
            at++;
        }
    }

    private void number() throws Wrong {
        if (here() == '-') {
            at++;
        }
        if (here() == '0') {
            at++;
        } else {
            digits("in numeric literal");
        }
        if (here() == '.') {
            at++;
            digits("after decimal point in numeric literal");
        }
        if (here() == 'e' || here() == 'E') {
            at++;
            if (here() == '+' || here() == '-') {
                at++;
            }
            digits("in exponent of numeric literal");
        }
    }

    private void digits(String place) throws Wrong {
        if (!isDigit(here())) {
            throw unexpected(here(), place);
        }
        while (isDigit(here())) {
            at++;
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** -1 at the end. */
    private int here() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private int next() {
        while (here() == ' ' || here() == '\t' || here() == '\r' || here() == '\n') {
            at++;
        }
        return here();
    }

    private static Wrong unexpected(int c, String place) {
        return new Wrong(c < 0 ? "unexpected EOF" : "invalid character " + quoted(c) + " " + place);
    }

    /** A byte, as Go shows one. */
    private static String quoted(int c) {
        return switch (c) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            case '\\' -> "'\\\\'";
            case 7 -> "'\\a'";
            case '\b' -> "'\\b'";
            case '\f' -> "'\\f'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case 11 -> "'\\v'";
            default -> {
                if (c < 0x20 || c == 0x7f) {
                    yield String.format(Locale.ROOT, "'\\x%02x'", c);
                }
                boolean shown = c < 0x7f || c > 0xa0 && c != 0xad;
                yield shown ? "'" + (char) c + "'" : String.format(Locale.ROOT, "'\\u%04x'", c);
            }
        };
    }
}
