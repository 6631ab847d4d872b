package dev.aiserver.host;

import java.nio.file.Path;

/** One change to a host's files. Each type calls the {@link Host} operation of its name. */
public sealed interface FileChange {

    record Write(Path path, Content content, int mode) implements FileChange {
        @Override
        public boolean make(Host host) {
            host.write(path, content, mode);
            return true;
        }
    }

    record Create(Path path, Content content, int mode) implements FileChange {
        @Override
        public boolean make(Host host) {
            return host.create(path, content, mode);
        }
    }

    record Move(Path from, Path to) implements FileChange {
        @Override
        public boolean make(Host host) {
            return host.move(from, to);
        }
    }

    record Delete(Path path) implements FileChange {
        @Override
        public boolean make(Host host) {
            host.delete(path);
            return true;
        }
    }

    record CreateDirectory(Path path, int mode) implements FileChange {
        @Override
        public boolean make(Host host) {
            host.createDirectory(path, mode);
            return true;
        }
    }

    /**
     * Makes the change.
     *
     * @return the operation's result, or true when it has none
     */
    boolean make(Host host);
}
