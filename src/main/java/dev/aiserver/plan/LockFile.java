package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A lock on a user's installation, so that only one process changes it at a time. The lock file names the process that holds
 * it. Other processes can report whom they wait for, and they take over the lock of a dead process.
 */
public final class LockFile {
    private static final String LOCK = "lock";
    private static final String TAKEOVER = "lock.takeover";
    private static final int SCHEMA = 1;
    private static final int EX_NO_SUCH_PROCESS = 1;
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

    private final Host host;
    private final Path directory;
    private final StateFiles files;
    private final Clock clock;

    LockFile(Host host, Path directory, Clock clock) {
        this.host = host;
        this.directory = directory;
        this.files = new StateFiles(host, directory);
        this.clock = clock;
    }

    /**
     * The process that holds the lock.
     *
     * @param started when that process started, as {@code ps} prints it, because a later process may get the same id; empty
     *     if {@code ps} did not print it
     * @param operation the command: install or uninstall
     */
    public record Holder(
            int schema,
            long process,
            String started,
            @JsonProperty("doing") String operation,
            String since) {

        /** Returns a description for messages. */
        public String description() {
            return "\"aiserver " + operation + "\" (process " + process + ", since " + since + ")";
        }
    }

    /** The lock while it is held. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits until this process holds the lock.
     *
     * @param waiting receives the current holder if this process has to wait
     * @throws UserError that names the holder, if it still holds the lock after the limit
     */
    public Held acquire(String operation, Duration limit, Consumer<Holder> waiting) {
        long process = host.leasePid();
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        CommandResult started = host.ask(started(process));
        Holder me =
                new Holder(SCHEMA, process, started.succeeded() ? started.text().strip() : "", operation, since);
        Attempts attempts = new Attempts(me, waiting);
        if (!new Poller(RETRY_INTERVAL).await(limit, attempts::succeed)) {
            throw new UserError(
                    "Another " + attempts.holder.map(Holder::description).orElse("aiserver")
                            + " is changing this installation; wait until it has finished, then try again.");
        }
        return this::release;
    }

    /** Removes the lock. If the connection is lost, the holder's process on the host is dead, and others take over. */
    private void release() {
        try {
            files.remove(LOCK);
        } catch (UserError error) {
            if (!error.isConnectionLost()) {
                throw new UserError(
                        "The lock file could not be removed; this does not block other commands. Run \"aiserver status\""
                                + " to check the installation: " + error.sentence(),
                        error);
            }
        }
    }

    /** Asks for the process that holds the lock, unless it is this process or has died. */
    public Query<Optional<Holder>> other() {
        return read(LOCK)
                .then(holder -> holder.filter(held -> held.process() != host.leasePid())
                        .map(held -> isDead(held).map(dead -> dead ? Optional.<Holder>empty() : holder))
                        .orElseGet(() -> Query.of(Optional.empty())));
    }

    private final class Attempts {
        private final Holder me;
        private final Consumer<Holder> waiting;
        private Optional<Holder> holder = Optional.empty();

        Attempts(Holder me, Consumer<Holder> waiting) {
            this.me = me;
            this.waiting = waiting;
        }

        boolean succeed() {
            if (isFree()) {
                return true;
            }
            Optional<Holder> now = host.ask(read(LOCK));
            if (now.equals(Optional.of(me))) {
                // The file was created although the host reported a failure.
                return true;
            }
            if (now.isPresent() && host.ask(isDead(now.get()))) {
                return takeOver(now.get());
            }
            if (now.isPresent() && holder.isEmpty()) {
                waiting.accept(now.get());
            }
            holder = now;
            return false;
        }

        private boolean isFree() {
            try {
                return files.createWithDirectory(LOCK, me);
            } catch (UserError raced) {
                // Another process has just created the directory, or it cannot be created; the next call reports why.
                files.ensure();
            }
            try {
                return files.create(LOCK, me);
            } catch (UserError error) {
                // The previous holder may have just removed its empty directory.
                if (host.ask(Query.file(directory)) instanceof FileState.Absent) {
                    return false;
                }
                files.removeIfEmpty();
                throw error;
            }
        }

        /** Takes over a dead process's lock. A second file ensures that only one of several processes does so. */
        private boolean takeOver(Holder dead) {
            if (!files.create(TAKEOVER, me)) {
                Optional<Holder> other = host.ask(read(TAKEOVER));
                if (other.isPresent() && host.ask(isDead(other.get()))) {
                    throw new UserError("The file " + files.resolve(TAKEOVER)
                            + " was left behind by a process that has died; delete the file, then try again.");
                }
                return false;
            }
            try {
                if (!host.ask(read(LOCK)).equals(Optional.of(dead))) {
                    return false;
                }
                files.write(LOCK, me);
                return true;
            } finally {
                host.delete(files.resolve(TAKEOVER));
            }
        }
    }

    private Query<Optional<Holder>> read(String name) {
        return files.read(name, SCHEMA, Holder.class, older -> older);
    }

    /** Asks whether the process is certainly dead. For a process that does not exist, ps prints nothing at all. */
    private static Query<Boolean> isDead(Holder holder) {
        return started(holder.process()).map(result -> isDead(holder, result));
    }

    private static boolean isDead(Holder holder, CommandResult result) {
        String started = result.text().strip();
        if (result.exitCode() == EX_NO_SUCH_PROCESS) {
            return started.isEmpty() && result.errorText().isBlank();
        }
        boolean bothKnown =
                result.succeeded() && !started.isEmpty() && !holder.started().isEmpty();
        return bothKnown && !started.equals(holder.started());
    }

    private static Query<CommandResult> started(long process) {
        return Query.command(
                Command.of("ps", "-o", "lstart=", "-p", Long.toString(process)).withEnvironment(Map.of("TZ", "UTC")));
    }
}
