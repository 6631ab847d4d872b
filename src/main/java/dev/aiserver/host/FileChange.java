package dev.aiserver.host;

import java.nio.file.Path;

/** One change of a host's files, by the operation of {@link Host} that has its name. */
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

    /** @return what the operation returns, true when it returns nothing */
    boolean make(Host host);
}
