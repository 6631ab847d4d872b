package dev.aiserver.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Implements the file operations of {@link Host} for this machine. */
final class LocalFiles {

    FileState file(Path path) {
        FileState state = stat(path);
        if (!(state instanceof FileState.Unread file)) {
            return state;
        }
        try {
            return new FileState.Regular(Content.read(path), file.mode(), file.owner());
        } catch (NoSuchFileException e) {
            return new FileState.Absent();
        } catch (IOException e) {
            throw refused("read", path, e);
        }
    }

    FileState stat(Path path) {
        try {
            Map<String, Object> attributes = Files.readAttributes(
                    path,
                    "unix:mode,uid,nlink,size,isRegularFile,isDirectory,isSymbolicLink",
                    LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) requireNonNull(attributes.get("mode")) & 07777;
            int owner = (Integer) requireNonNull(attributes.get("uid"));
            if (Boolean.TRUE.equals(attributes.get("isSymbolicLink"))) {
                return new FileState.Other(FileState.Other.LINK, owner);
            }
            if (Boolean.TRUE.equals(attributes.get("isDirectory"))) {
                return new FileState.Directory(mode, owner);
            }
            if (Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
                int links = (Integer) requireNonNull(attributes.get("nlink"));
                long size = (Long) requireNonNull(attributes.get("size"));
                return new FileState.Unread(mode, owner, links, size);
            }
            return new FileState.Other("special file", owner);
        } catch (NoSuchFileException e) {
            return new FileState.Absent();
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().contains("Not a directory")) {
                return new FileState.Absent();
            }
            throw refused("read", path, e);
        } catch (IOException e) {
            throw refused("read", path, e);
        }
    }

    List<Path> list(Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(directory)) {
            List<Path> entries = paths.limit(Host.MAX_ENTRIES + 1L).sorted().toList();
            if (entries.size() > Host.MAX_ENTRIES) {
                throw new IOException("it contains more than " + Host.MAX_ENTRIES + " entries");
            }
            return entries;
        } catch (IOException e) {
            throw refused("read", directory, e);
        }
    }

    void write(Path path, Content content, int mode) {
        place(path, content, mode, temporary -> {
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        });
    }

    /**
     * Creates the file as a hard link to the temporary file, which fails if the path exists. A rename would replace it.
     */
    boolean create(Path path, Content content, int mode) {
        return place(path, content, mode, temporary -> {
            try {
                Files.createLink(path, temporary);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } finally {
                removeQuietly(temporary);
            }
        });
    }

    @FunctionalInterface
    private interface Placement {
        boolean place(Path temporary) throws IOException;
    }

    private static boolean place(Path path, Content content, int mode, Placement placement) {
        Path temporary = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(permissions(0600)))) {
                ByteBuffer bytes = ByteBuffer.wrap(content.bytes());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                Files.setPosixFilePermissions(temporary, permissions(mode));
                channel.force(true);
            }
            boolean placed = placement.place(temporary);
            syncDirectoryOf(path);
            return placed;
        } catch (IOException e) {
            removeQuietly(temporary);
            throw refused("write", path, e);
        }
    }

    boolean move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectoryOf(to);
            return true;
        } catch (NoSuchFileException e) {
            if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            throw refused("write", to, e);
        } catch (IOException e) {
            throw refused("write", to, e);
        }
    }

    private static void syncDirectoryOf(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(directoryOf(path), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            return;
        } catch (IOException e) {
            throw refused("delete", path, e);
        }
    }

    void createDirectory(Path path, int mode) {
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(permissions(0700)));
            Files.setPosixFilePermissions(path, permissions(mode));
        } catch (IOException e) {
            throw refused("create", path, e);
        }
    }

    private static Path directoryOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static void removeQuietly(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The failed write is what the user must read; a full disk or lost permission explains both failures.
        }
    }

    private static UserError refused(String verb, Path path, IOException e) {
        return new UserError("Cannot " + verb + " " + path + ": " + FirstLine.of(reason(e)) + ".", e);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied; check its owner and permissions";
        }
        if (e instanceof NoSuchFileException) {
            return "its directory does not exist";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it already exists";
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        List<PosixFilePermission> byBit = new ArrayList<>(List.of(PosixFilePermission.values()));
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < byBit.size(); bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                set.add(byBit.get(bit));
            }
        }
        return set;
    }
}
