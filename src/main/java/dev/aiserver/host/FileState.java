package dev.aiserver.host;

/**
 * What stands at a path on a host. Links are not followed: a link is {@link Other}. Of {@code link/.} it is the folder
 * that the link leads to. Modes are the twelve permission
 * bits, owners are user ids.
 */
public sealed interface FileState {

    record Absent() implements FileState {}

    record Regular(Content content, int mode, int owner) implements FileState {}

    /**
     * A regular file of which nobody asked what it holds.
     *
     * @param links how many names it has
     * @param size in bytes
     */
    record Unread(int mode, int owner, int links, long size) implements FileState {}

    record Directory(int mode, int owner) implements FileState {}

    /** Anything else, named in a word or two ("symbolic link", "socket"). */
    record Other(String kind, int owner) implements FileState {
        /** What a symbolic link is called. */
        public static final String LINK = "symbolic link";

        public boolean isLink() {
            return kind.equals(LINK);
        }
    }
}
