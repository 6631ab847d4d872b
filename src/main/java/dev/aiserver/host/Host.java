package dev.aiserver.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The machine that aiserver provisions: it answers queries, runs commands, changes files, and opens streams. Paths are
 * absolute paths on that machine. Every method throws {@link UserError} when the machine refuses (permissions, full
 * disk).
 */
public interface Host {

    /** The directories of a Mac's tools. The PATH of a non-login shell or of an SSH session lacks half of them. */
    List<String> DEFAULT_DIRECTORIES =
            List.of("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /** The directories of the operating system's own programs, which only root can change. */
    List<String> SYSTEM_DIRECTORIES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /** Tools whose output decides checks. If PATH also has another copy, the operating system's copy is used. */
    List<String> SYSTEM_TOOLS = List.of("launchctl", "lsof", "plutil", "ps");

    /** The most entries that {@link Query#list} returns; a larger directory is an error. */
    int MAX_ENTRIES = 20_000;

    /** Returns the host's system and user. */
    HostIdentity facts();

    /** Returns which of {@link ProgramAudit#TOOLS} are missing, and which another user could replace. */
    default ProgramAudit tools() {
        return ProgramAudit.read(run(ProgramAudit.command(ProgramAudit.TOOLS)).text(), facts());
    }

    /**
     * Answers a query, in as few round trips as it has rounds. All answers are those of this call: nothing is
     * remembered from an earlier one.
     *
     * @throws UserError that the query's readers throw, or when the host could not answer
     */
    default <T> T ask(Query<T> query) {
        Answers answers = new Answers();
        Query<T> rest = query;
        while (true) {
            List<Read<?>> open =
                    rest.reads().stream().filter(read -> !answers.has(read)).toList();
            if (!open.isEmpty()) {
                answers.addAll(answer(open));
            }
            Query.Step<T> step = rest.next(answers);
            if (step instanceof Query.Step.Known<T> known) {
                return known.value();
            }
            rest = ((Query.Step.Open<T>) step).rest();
        }
    }

    /** Answers these different reads, in one round trip if it can; {@link #ask} is for callers. */
    Answers answer(List<Read<?>> reads);

    /**
     * Runs a command and waits for it. Looks the program up on the host's search path. Every exit code is a result,
     * including {@link CommandResult#NOT_FOUND}, {@link CommandResult#TIMED_OUT} and {@link
     * CommandResult#OUTPUT_LIMIT_EXCEEDED}. At these two limits the command's children are killed too.
     */
    CommandResult run(Command command);

    /**
     * Runs commands one after another and stops after the first that fails.
     *
     * @return the results of the commands that ran
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

    /**
     * Replaces the file atomically, by writing, syncing and renaming a temporary file in the same directory. A reader
     * sees the old content or the new, never a part. The directory must exist.
     *
     * @param mode permission bits, regardless of the umask
     */
    void write(Path path, Content content, int mode);

    /**
     * Creates a file with its whole content, atomically. If several callers try, exactly one succeeds. The directory
     * must exist.
     *
     * @param mode permission bits, regardless of the umask
     * @return false when the path already exists, which is left unchanged
     */
    boolean create(Path path, Content content, int mode);

    /**
     * Renames a file atomically and replaces any file at the target. Both paths must be on one volume. It needs no disk
     * space, so it also works on a full disk.
     *
     * @return false when there is nothing at {@code from}
     */
    boolean move(Path from, Path to);

    /**
     * Removes a file, a link or an empty directory. A directory that is not empty is kept. A missing path is not an
     * error.
     */
    void delete(Path path);

    /** Creates one directory; its parent must exist. */
    void createDirectory(Path path, int mode);

    /**
     * Makes changes one after another and stops at the first that fails.
     *
     * @param onDone receives the result of each completed operation. When it throws, the next change is not started,
     *     unless this operation returned true: then changes of the running batch may still be made
     * @throws UserError for the first change that the machine refuses
     */
    default void changeAll(List<FileChange> changes, Consumer<Boolean> onDone) {
        for (FileChange change : changes) {
            onDone.accept(change.make(this));
        }
    }

    /**
     * Returns the id of a process on the host that runs exactly as long as aiserver can reach the host. Others use it
     * to see who holds a lock and whether the holder is dead.
     */
    long leasePid();

    /**
     * Opens a TCP connection from the host to an address as the host resolves it, such as its loopback. No other
     * program can use the connection.
     *
     * @param timeout for the connection; zero means none
     * @throws IOException {@link java.net.ConnectException} when the connection is refused, {@link
     *     java.net.SocketTimeoutException} when nothing answers, another when there is no route
     */
    Socket connect(InetSocketAddress address, Duration timeout) throws IOException;

    /** Returns whether this host is the machine that aiserver runs on. */
    boolean isLocal();
}
