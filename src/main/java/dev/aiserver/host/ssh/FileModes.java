package dev.aiserver.host.ssh;

/** Reads permissions as {@code ls -l} writes them. */
final class FileModes {

    private FileModes() {}

    /** @param text such as {@code drwxr-sr-t}, perhaps with a sign for more rules at its end */
    static int parse(String text) {
        int mode = 0;
        for (int i = 0; i < 9; i++) {
            char sign = text.charAt(i + 1);
            if (sign != '-' && sign != 'S' && sign != 'T') {
                mode |= 0400 >> i;
            }
            if (i % 3 == 2 && "sStT".indexOf(sign) >= 0) {
                mode |= 04000 >> (i / 3);
            }
        }
        return mode;
    }
}
