package dev.aiserver.host.ssh;

/** Parses permissions in the format of {@code ls -l}. */
final class FileModes {

    private FileModes() {}

    /**
     * Returns the permission bits.
     *
     * @param text such as {@code drwxr-sr-t}; a trailing sign for access control lists is ignored
     */
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
