package standin.ollama.http;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import standin.ollama.go.ApiError;
import standin.ollama.go.GoJson;

/**
 * Decompresses a zstd body (RFC 8878), which Ollama accepts where a request may be for its cloud and which Codex sends.
 * Checksums are ignored, and dictionaries are not supported.
 */
public final class Zstd {
    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a5;

    /** Limit of a decompressed body, as in Ollama. */
    private static final int MAX_BYTES = 20 << 20;

    private static final int MAX_BLOCK_SIZE = 128 << 10;

    private static final int[] LITERAL_BASE = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final int[] LITERAL_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final Fse DEFAULT_LITERALS = Fse.of(
            new int[] {
                4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
                -1, -1
            },
            6);
    private static final Fse DEFAULT_OFFSETS = Fse.of(
            new int[] {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1}, 5);
    private static final Fse DEFAULT_MATCHES = Fse.of(
            new int[] {
                1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
            },
            6);

    private final byte[] in;
    private final Bytes out = new Bytes();
    private int at;
    private Huffman huffman = new Huffman(new int[0]);
    private Fse literalLengths = DEFAULT_LITERALS;
    private Fse offsets = DEFAULT_OFFSETS;
    private Fse matchLengths = DEFAULT_MATCHES;
    private final int[] repeated = {1, 4, 8};

    private Zstd(byte[] in) {
        this.in = in;
    }

    /** @throws ApiError 400 in the native format, because the decoder runs before all routes */
    public static byte[] decompress(byte[] compressed) {
        try {
            Zstd zstd = new Zstd(compressed);
            while (zstd.at < compressed.length) {
                zstd.frame();
            }
            return zstd.out.toByteArray();
        } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw error("unexpected EOF");
        }
    }

    private static ApiError error(String message) {
        return ApiError.withBody(400, GoJson.object().put("error", message));
    }

    /** Holds the output; a match repeats a part of it. */
    private static final class Bytes extends ByteArrayOutputStream {
        void repeat(int offset, int length) {
            if (offset > count || offset <= 0) {
                throw error("invalid offset");
            }
            for (int written = 0; written < length; written++) {
                write(buf[count - offset]);
            }
        }
    }

    private int next() {
        return in[at++] & 0xff;
    }

    private long little(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    private void frame() {
        int magic = in.length - at < 4 ? 0 : (int) little(4);
        if (magic >>> 4 == SKIPPABLE) {
            int size = (int) little(4);
            at += size;
            return;
        }
        if (magic != MAGIC) {
            throw error("invalid input: magic number mismatch");
        }
        huffman = new Huffman(new int[0]);
        literalLengths = DEFAULT_LITERALS;
        offsets = DEFAULT_OFFSETS;
        matchLengths = DEFAULT_MATCHES;
        System.arraycopy(new int[] {1, 4, 8}, 0, repeated, 0, 3);
        int descriptor = next();
        boolean single = (descriptor & 0x20) != 0;
        int sizeFlag = descriptor >> 6;
        at += single ? 0 : 1;
        at += new int[] {0, 1, 2, 4}[descriptor & 3];
        at += sizeFlag == 0 ? (single ? 1 : 0) : 1 << sizeFlag;
        boolean last = false;
        while (!last) {
            int header = (int) little(3);
            last = (header & 1) != 0;
            block(header >> 1 & 3, header >> 3);
            if (out.size() > MAX_BYTES) {
                throw error("http: request body too large");
            }
        }
        at += (descriptor & 4) != 0 ? 4 : 0;
    }

    private void block(int type, int size) {
        switch (type) {
            case 0 -> {
                out.write(in, at, size);
                at += size;
            }
            case 1 -> {
                byte[] run = new byte[Math.min(size, MAX_BLOCK_SIZE)];
                Arrays.fill(run, (byte) next());
                out.writeBytes(run);
            }
            case 2 -> {
                int end = at + size;
                byte[] literals = literals();
                sequences(literals, end);
                at = end;
            }
            default -> throw error("invalid block type");
        }
    }

    private byte[] literals() {
        int first = in[at] & 0xff;
        int type = first & 3;
        int format = first >> 2 & 3;
        if (type < 2) {
            int header = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            int size = (int) (little(header) >> (header == 1 ? 3 : 4));
            byte[] literals = new byte[limited(size)];
            if (type == 1) {
                Arrays.fill(literals, (byte) next());
            } else {
                System.arraycopy(in, at, literals, 0, size);
                at += size;
            }
            return literals;
        }
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long header = little(format < 2 ? 3 : format + 2);
        int mask = (1 << bits) - 1;
        int size = limited((int) (header >> 4) & mask);
        int compressedSize = (int) (header >> 4 + bits) & mask;
        int end = at + compressedSize;
        if (type == 2) {
            huffman = huffman();
        }
        byte[] literals = new byte[size];
        if (format == 0) {
            huffman.read(new Bits(in, at, end), literals, 0, size);
        } else {
            int[] ends = new int[4];
            int start = at + 6;
            int[] sizes = {(int) little(2), (int) little(2), (int) little(2)};
            int part = (size + 3) / 4;
            for (int i = 0; i < 4; i++) {
                ends[i] = i < 3 ? start + sizes[i] : end;
                huffman.read(new Bits(in, start, ends[i]), literals, i * part, Math.min(size, (i + 1) * part));
                start = ends[i];
            }
        }
        at = end;
        return literals;
    }

    private static int limited(int size) {
        if (size > MAX_BLOCK_SIZE) {
            throw error("block too large");
        }
        return size;
    }

    private Huffman huffman() {
        int header = next();
        int[] weights = new int[256];
        int count = 0;
        if (header >= 128) {
            count = header - 127;
            for (int i = 0; i < count; i++) {
                int pair = in[at + i / 2] & 0xff;
                weights[i] = i % 2 == 0 ? pair >> 4 : pair & 15;
            }
            at += (count + 1) / 2;
        } else {
            int end = at + header;
            Fse table = fse(6);
            Bits bits = new Bits(in, at, end);
            int[] states = {bits.read(table.accuracy()), bits.read(table.accuracy())};
            // The two states alternate until the bits run out; then the other state still has a symbol.
            for (int turn = 0; count < 255; turn ^= 1) {
                weights[count++] = table.symbol(states[turn]);
                if (!bits.has(table.bits(states[turn]))) {
                    weights[count++] = table.symbol(states[turn ^ 1]);
                    break;
                }
                states[turn] = table.next(states[turn], bits);
            }
            at = end;
        }
        int sum = 0;
        for (int weight : weights) {
            sum += weight > 0 ? 1 << weight - 1 : 0;
        }
        int maxBits = 32 - Integer.numberOfLeadingZeros(sum);
        weights[count] = 32 - Integer.numberOfLeadingZeros((1 << maxBits) - sum);
        return new Huffman(Arrays.copyOf(weights, count + 1));
    }

    private void sequences(byte[] literals, int end) {
        int count = next();
        if (count >= 128) {
            count = count < 255 ? (count - 128 << 8) + next() : next() + (next() << 8) + 0x7f00;
        }
        int used = 0;
        if (count > 0) {
            int modes = next();
            literalLengths = table(modes >> 6, DEFAULT_LITERALS, literalLengths, 9);
            offsets = table(modes >> 4 & 3, DEFAULT_OFFSETS, offsets, 8);
            matchLengths = table(modes >> 2 & 3, DEFAULT_MATCHES, matchLengths, 9);
            Bits bits = new Bits(in, at, end);
            int literal = bits.read(literalLengths.accuracy());
            int offset = bits.read(offsets.accuracy());
            int match = bits.read(matchLengths.accuracy());
            for (int i = 0; i < count; i++) {
                int code = offsets.symbol(offset);
                int value = (1 << code) + bits.read(code);
                int matchCode = matchLengths.symbol(match);
                int matchLength = MATCH_BASE[matchCode] + bits.read(MATCH_BITS[matchCode]);
                int literalCode = literalLengths.symbol(literal);
                int literalLength = LITERAL_BASE[literalCode] + bits.read(LITERAL_BITS[literalCode]);
                out.write(literals, used, literalLength);
                used += literalLength;
                out.repeat(offset(value, literalLength), matchLength);
                if (out.size() > MAX_BYTES) {
                    throw error("http: request body too large");
                }
                if (i < count - 1) {
                    literal = literalLengths.next(literal, bits);
                    match = matchLengths.next(match, bits);
                    offset = offsets.next(offset, bits);
                }
            }
        }
        out.write(literals, used, literals.length - used);
    }

    private int offset(int value, int literalLength) {
        if (value > 3) {
            remember(value - 3, 2);
        } else {
            int which = value - 1 + (literalLength == 0 ? 1 : 0);
            remember(which < 3 ? repeated[which] : repeated[0] - 1, Math.min(which, 2));
        }
        return repeated[0];
    }

    private void remember(int offset, int place) {
        System.arraycopy(repeated, 0, repeated, 1, place);
        repeated[0] = offset;
    }

    private Fse table(int mode, Fse defaultTable, Fse previous, int maxAccuracy) {
        return switch (mode) {
            case 0 -> defaultTable;
            case 1 -> Fse.always(next());
            case 2 -> fse(maxAccuracy);
            default -> previous;
        };
    }

    /** Reads the description of a table, whose bits are read forwards. */
    private Fse fse(int maxAccuracy) {
        int accuracy = (in[at] & 15) + 5;
        if (accuracy > maxAccuracy) {
            throw error("invalid table");
        }
        int[] counts = new int[256];
        int remaining = (1 << accuracy) + 1;
        int symbol = 0;
        int position = 4;
        while (remaining > 1) {
            int bits = 32 - Integer.numberOfLeadingZeros(remaining);
            int value = forward(position, bits);
            // Small values take one bit less.
            int fewer = (1 << bits) - 1 - remaining;
            if ((value & (1 << bits - 1) - 1) < fewer) {
                value &= (1 << bits - 1) - 1;
                position += bits - 1;
            } else {
                value -= value >= 1 << bits - 1 ? fewer : 0;
                position += bits;
            }
            int count = value - 1;
            remaining -= Math.abs(count);
            counts[symbol++] = count;
            if (count == 0) {
                int zeros = 3;
                while (zeros == 3) {
                    zeros = forward(position, 2);
                    position += 2;
                    symbol += zeros;
                }
            }
        }
        at += (position + 7) / 8;
        return Fse.of(Arrays.copyOf(counts, symbol), accuracy);
    }

    private int forward(int position, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            int bit = position + i;
            int where = at + bit / 8;
            value |= (where < in.length ? in[where] >> bit % 8 & 1 : 0) << i;
        }
        return value;
    }

    /** Reads bits backwards from the marker in the last byte; zeros follow the first bit. */
    private static final class Bits {
        private final byte[] bytes;
        private final int start;
        private int left;

        Bits(byte[] bytes, int start, int end) {
            if (end <= start || bytes[end - 1] == 0) {
                throw error("corrupted input");
            }
            this.bytes = bytes;
            this.start = start;
            this.left = (end - start) * 8 - 1 - Integer.numberOfLeadingZeros(bytes[end - 1] & 0xff) + 24;
        }

        boolean has(int count) {
            return left >= count;
        }

        int read(int count) {
            int value = 0;
            for (int i = 0; i < count; i++) {
                left--;
                value = value << 1 | (left < 0 ? 0 : bytes[start + left / 8] >> left % 8 & 1);
            }
            return value;
        }

        void back(int count) {
            left += count;
        }
    }

    /** Holds a table of finite state entropy: the symbol of each state, and how the next state follows. */
    private record Fse(int accuracy, int[] symbols, int[] widths, int[] bases) {

        static Fse always(int symbol) {
            return new Fse(0, new int[] {symbol}, new int[] {0}, new int[] {0});
        }

        /** @param counts probability of each symbol; -1 means less than one */
        static Fse of(int[] counts, int accuracy) {
            int size = 1 << accuracy;
            int[] symbols = new int[size];
            int[] following = new int[counts.length];
            int high = size;
            for (int symbol = 0; symbol < counts.length; symbol++) {
                following[symbol] = Math.abs(counts[symbol]);
                if (counts[symbol] < 0) {
                    symbols[--high] = symbol;
                }
            }
            int position = 0;
            for (int symbol = 0; symbol < counts.length; symbol++) {
                for (int i = 0; i < counts[symbol]; i++) {
                    symbols[position] = symbol;
                    do {
                        position = position + (size >> 1) + (size >> 3) + 3 & size - 1;
                    } while (position >= high);
                }
            }
            int[] widths = new int[size];
            int[] bases = new int[size];
            for (int state = 0; state < size; state++) {
                int next = following[symbols[state]]++;
                widths[state] = accuracy - (31 - Integer.numberOfLeadingZeros(next));
                bases[state] = (next << widths[state]) - size;
            }
            return new Fse(accuracy, symbols, widths, bases);
        }

        int symbol(int state) {
            return symbols[state];
        }

        int bits(int state) {
            return widths[state];
        }

        int next(int state, Bits bits) {
            return bases[state] + bits.read(widths[state]);
        }
    }

    /** Holds a Huffman code: for each sequence of bits, the byte whose code it starts with and the length of that code. */
    private static final class Huffman {
        private final int maxBits;
        private final byte[] symbols;
        private final int[] lengths;

        /** @param weights weight of each symbol; 0 for a symbol that does not occur */
        Huffman(int[] weights) {
            int sum = 0;
            for (int weight : weights) {
                sum += weight > 0 ? 1 << weight - 1 : 0;
            }
            maxBits = 31 - Integer.numberOfLeadingZeros(Math.max(1, sum));
            if (maxBits > 11 || sum != 0 && 1 << maxBits != sum) {
                throw error("corrupted input");
            }
            symbols = new byte[1 << maxBits];
            lengths = new int[1 << maxBits];
            int position = 0;
            for (int weight = 1; weight <= maxBits; weight++) {
                for (int symbol = 0; symbol < weights.length; symbol++) {
                    if (weights[symbol] == weight) {
                        int entries = 1 << weight - 1;
                        Arrays.fill(symbols, position, position + entries, (byte) symbol);
                        Arrays.fill(lengths, position, position + entries, maxBits + 1 - weight);
                        position += entries;
                    }
                }
            }
        }

        void read(Bits bits, byte[] target, int from, int to) {
            for (int i = from; i < to; i++) {
                int code = bits.read(maxBits);
                target[i] = symbols[code];
                bits.back(maxBits - lengths[code]);
            }
        }
    }
}
