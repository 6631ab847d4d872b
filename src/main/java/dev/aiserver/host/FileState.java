package dev.aiserver.host;

/**
 * The state of a path on a host. Links are not followed: a link is {@link Other}. For {@code link/.} it is the state of
 * the directory that the link leads to. Modes are the twelve permission bits, owners are user ids.
 */
public sealed interface FileState {

    record Absent() implements FileState {}

    record Regular(Content content, int mode, int owner) implements FileState {}

    /**
     * A regular file whose content was not read.
     *
     * @param links the number of its hard links
     * @param size in bytes
     */
    record Unread(int mode, int owner, int links, long size) implements FileState {}

    record Directory(int mode, int owner) implements FileState {}

    /**
     * Any other kind of file.
     *
     * @param kind in a word or two ("symbolic link", "socket")
     */
    record Other(String kind, int owner) implements FileState {
        /** The {@link #kind} of a symbolic link. */
        public static final String LINK = "symbolic link";

        public boolean isLink() {
            return kind.equals(LINK);
        }
    }
}
