package dev.aiserver.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The machine that is provisioned: the only way by which the program touches commands and files. Paths are absolute
 * paths on that machine. Every method throws {@link UserError} when the machine refuses (permissions, full disk).
 */
public interface Host {

    /** Where a Mac's tools stand; a shell without a login and an SSH session know only half of it. */
    List<String> DEFAULT_DIRECTORIES =
            List.of("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /** Where the system's own programs stand, which only root can change. */
    List<String> SYSTEM_DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /** By these aiserver proves things: of the system's own and another one, the system's is taken. */
    List<String> SYSTEM_TOOLS = List.of("launchctl", "lsof", "plutil", "ps");

    /** Of a directory; one that holds more is refused. */
    int MAX_ENTRIES = 20_000;

    HostIdentity facts();

    /** Returns what there is of {@link ProgramAudit#TOOLS}, and which of them others could replace. */
    default ProgramAudit tools() {
        return ProgramAudit.read(run(ProgramAudit.command(ProgramAudit.TOOLS)).text(), facts());
    }

    /**
     * Where the program stands: the first executable of that name on the host's search path. {@link #SYSTEM_TOOLS} are
     * looked for in the system's own folders first.
     */
    Optional<Path> find(String program);

    /**
     * Runs a command to its end, looking its name up on the host's search path. Any exit code is a result, also
     * {@link CommandResult#NOT_FOUND}, {@link CommandResult#TIMED_OUT} and {@link CommandResult#OUTPUT_LIMIT_EXCEEDED}; after these
     * two limits its children are gone too.
     */
    CommandResult run(Command command);

    /** Runs a command that changes nothing and leaves nothing running. */
    default CommandResult query(Command command) {
        return run(command);
    }

    /**
     * What a command says that changes nothing and leaves nothing running.
     *
     * @param what is to be found out, as a clause for the message
     * @throws UserError unless it ends with 0: what it printed until then may be a part of its answer only
     */
    default String requireOutput(Command command, String what) {
        CommandResult result = query(command);
        if (!result.succeeded()) {
            throw result.inconclusive(command, what);
        }
        return result.text();
    }

    /**
     * Runs commands one after another, up to the first that does not end well.
     *
     * @return how those ended that were run
     */
    default List<CommandResult> runAll(List<Command> commands) {
        List<CommandResult> results = new ArrayList<>();
        for (Command command : commands) {
            results.add(run(command));
            if (!results.get(results.size() - 1).succeeded()) {
                break;
            }
        }
        return results;
    }

    /** The same of commands that change nothing and leave nothing running. */
    default List<CommandResult> queryAll(List<Command> commands) {
        return runAll(commands);
    }

    /** What stands at a path, and what it holds. A file that is larger than {@link Content#MAX_SIZE} is refused. */
    FileState file(Path path);

    /** The same without what it holds, which may be much. */
    FileState stat(Path path);

    /** What stands in a directory, sorted, up to {@link #MAX_ENTRIES}; nothing when there is no such directory. */
    List<Path> list(Path directory);

    /**
     * Replaces the file in one step (a temporary file beside it, synced and renamed): a reader sees the old content or
     * the new, never a part. The directory must exist.
     *
     * @param mode permission bits, whatever the umask
     */
    void write(Path path, Content content, int mode);

    /**
     * Makes a file that is not there yet, with all of its content at once: of several that try, one succeeds. The
     * directory must exist.
     *
     * @param mode permission bits, whatever the umask
     * @return false when something of that name is there already, which is left as it is
     */
    boolean create(Path path, Content content, int mode);

    /**
     * Gives a file another name in one step, in place of what stood there; both names must be on one disk. It needs no
     * room, so it also works on a full one.
     *
     * @return false when there is nothing at {@code from}
     */
    boolean move(Path from, Path to);

    /** Removes a file, a link or an empty directory; a directory that holds something stays, and nothing there is fine. */
    void delete(Path path);

    /** Makes one directory; its parent must exist. */
    void createDirectory(Path path, int mode);

    /**
     * Makes changes one after another. Whatever goes wrong, those that come after it are not begun.
     *
     * @param onDone is told of each when it has been made, what its operation returned; when it throws, the next is not begun
     *     unless this operation returned true
     * @throws UserError of the first change that the machine refuses
     */
    default void changeAll(List<FileChange> changes, Consumer<Boolean> onDone) {
        for (FileChange change : changes) {
            onDone.accept(change.make(this));
        }
    }

    /**
     * The id of a process on the machine that lives as long as this program can reach the machine, and no longer: by it
     * others see who is at work, and that a dead one is not.
     */
    long leasePid();

    /**
     * A TCP connection to an address that is spoken of on the machine, such as its loopback. Nobody else can use the way
     * there.
     *
     * @param timeout for the connection; zero is none
     * @throws IOException when none comes about: {@link java.net.ConnectException} when it is refused, {@link
     *     java.net.SocketTimeoutException} when nobody answers, another when no way leads there
     */
    Socket connect(InetSocketAddress address, Duration timeout) throws IOException;

    /** Whether it is the machine that this program runs on. */
    boolean isLocal();

    /**
     * This machine, having been asked all of that at once where every question costs a trip. What it answers from memory
     * was so when this returned; any change and any other command that goes through it makes it forget everything.
     */
    default Host prefetch(Prefetch prefetch) {
        return this;
    }

    /** The same, and what was asked ahead of it earlier is neither forgotten nor asked again. */
    default Host prefetchMore(Prefetch prefetch) {
        return prefetch(prefetch);
    }
}
