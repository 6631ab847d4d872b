package dev.aiserver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Mutates recorded inputs at random. The seed determines the result. */
final class Mutator {
    private static final int LARGEST = 400_000;

    /** Lists tokens that parsers often handle wrong; the first ones open a nested structure. */
    private static final List<String> WORDS = List.of(
            "[",
            "{",
            "{\"a\":",
            "<array>",
            "<dict><key>a</key>",
            "(",
            "{\n",
            "\t\tx = {\n",
            "- ",
            "? ",
            "&a [",
            "\"",
            "'",
            "]",
            "}",
            "</dict>",
            "*a",
            "!!",
            "%",
            "|",
            ">",
            ":",
            ": ",
            "\n",
            "\r\n",
            "\r",
            "\t",
            "\0",
            "\\",
            "\\u0000",
            "\\ud800",
            "\u202e",
            "\ufeff",
            "\ud83d\ude00",
            "#",
            "-",
            "-1",
            "0",
            "00",
            "1e999999",
            "99999999999",
            "2147483648",
            "-9223372036854775809",
            "9".repeat(400),
            "NaN",
            "null",
            "true",
            "0x",
            ".",
            "..",
            "/",
            "//",
            "*",
            "*,!*",
            "**a*b",
            "&lt;",
            "&x;",
            "&#0;",
            "<!DOCTYPE a [<!ENTITY x \"y\">]>",
            "<![CDATA[",
            "<?xml?>",
            "--- \n",
            "...\n",
            "%YAML 9.9\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: -1\r\n",
            "Transfer-Encoding: chunked\r\n\r\n",
            "ffffffffffffffff\r\n",
            "0\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "@revoked ",
            "|1|",
            "data: ",
            "2026-13-45T99:99:99Z",
            "+999999999-12-31T23:59:59Z",
            "p1\nf1\nn*:1\n");

    private final Random random;
    private final List<byte[]> samples;

    Mutator(long seed, List<byte[]> samples) {
        this.random = new Random(seed);
        this.samples = samples;
    }

    byte[] next() {
        byte[] bytes = any();
        for (int i = random.nextInt(5); i >= 0; i--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] any() {
        return samples.get(random.nextInt(samples.size()));
    }

    private byte[] changed(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        int to = from + random.nextInt(Math.min(bytes.length - from, 1 << random.nextInt(12)) + 1);
        byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
        return switch (random.nextInt(8)) {
            case 0 -> joined(part(bytes, 0, from), part(bytes, to, bytes.length));
            case 1 -> part(bytes, 0, to);
            case 2 -> joined(part(bytes, 0, to), repeated(part(bytes, from, to)), part(bytes, to, bytes.length));
            case 3 -> joined(part(bytes, 0, from), word, part(bytes, to, bytes.length));
            case 4 -> joined(part(bytes, 0, from), repeated(word), part(bytes, to, bytes.length));
            case 5 -> joined(part(bytes, 0, from), noise(), part(bytes, to, bytes.length));
            case 6 -> joined(part(bytes, 0, from), any());
            default -> flipped(bytes);
        };
    }

    private byte[] repeated(byte[] piece) {
        int times = 1 + random.nextInt(1 << Math.min(random.nextInt(18), random.nextInt(18)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times && out.size() + piece.length < LARGEST && piece.length > 0; i++) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    private byte[] noise() {
        byte[] noise = new byte[random.nextInt(32)];
        random.nextBytes(noise);
        return noise;
    }

    private byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        for (int i = random.nextInt(8); i >= 0 && flipped.length > 0; i--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] part(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
