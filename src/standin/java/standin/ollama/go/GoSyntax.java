package standin.ollama.go;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/** Scans one JSON value as Go's decoder does, and reports errors with Go's messages. */
public final class GoSyntax {
    private static final int MAX_DEPTH = 10_000;

    private final byte[] text;
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;

    private GoSyntax(byte[] text) {
        this.text = text;
    }

    /** Ends the scan. It is not yet a response, because each route has its own error for a missing body. */
    private static final class SyntaxError extends Exception {
        private static final long serialVersionUID = 1L;

        SyntaxError(String message) {
            super(message);
        }
    }

    /** Holds the first value, or the error in it. Text behind the value is ignored. */
    public record Reading(Optional<String> value, String error) {}

    /** Reads the first value. Empty text has the error {@code EOF}. */
    public static Reading read(byte[] text) {
        GoSyntax syntax = new GoSyntax(text);
        try {
            syntax.value();
            return new Reading(Optional.of(new String(text, 0, syntax.at, StandardCharsets.UTF_8)), "");
        } catch (SyntaxError e) {
            return new Reading(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    private void value() throws SyntaxError {
        if (next() < 0) {
            throw new SyntaxError("EOF");
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

    /** Reads a value up to its first comma; a scalar to its end. */
    private void begin() throws SyntaxError {
        int c = next();
        switch (c) {
            case '{', '[' -> {
                at++;
                open.push((char) c);
                if (open.size() > MAX_DEPTH) {
                    throw new SyntaxError("exceeded max depth");
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

    private void member(boolean object) throws SyntaxError {
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

    private void string() throws SyntaxError {
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

    private void escape() throws SyntaxError {
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

    private void literal(String word) throws SyntaxError {
        for (int letter = 0; letter < word.length(); letter++) {
            if (here() != word.charAt(letter)) {
                throw unexpected(here(), "in literal " + word + " (expecting " + quoted(word.charAt(letter)) + ")");
            }
            at++;
        }
    }

    private void number() throws SyntaxError {
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

    private void digits(String place) throws SyntaxError {
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

    /** Returns the current byte, or -1 at the end. */
    private int here() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private int next() {
        while (here() == ' ' || here() == '\t' || here() == '\r' || here() == '\n') {
            at++;
        }
        return here();
    }

    private static SyntaxError unexpected(int c, String place) {
        return new SyntaxError(c < 0 ? "unexpected EOF" : "invalid character " + quoted(c) + " " + place);
    }

    /** Returns a byte as Go quotes it. */
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
