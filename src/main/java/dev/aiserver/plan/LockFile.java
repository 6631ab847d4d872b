package dev.aiserver.plan;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Poller;
import dev.aiserver.host.Prefetch;
import dev.aiserver.host.UserError;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The right to change a user's installation, for one process at a time. A file names the process that has it, so that
 * others can say whom they wait for; that of a process which has died is taken over.
 */
public final class LockFile {
    private static final String LOCK = "lock";
    private static final String TAKEOVER = "lock.takeover";
    private static final int SCHEMA = 1;
    private static final int EX_NO_SUCH_PROCESS = 1;
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(100);

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
     * Who has it.
     *
     * @param started when that process started, as {@code ps} says: a later process may get the same id; empty when
     *     {@code ps} did not say
     * @param operation what the person called it: install, uninstall
     */
    public record Holder(
            int schema,
            long process,
            String started,
            @JsonProperty("doing") String operation,
            String since) {

        /** For sentences. */
        public String words() {
            return "\"aiserver " + operation + "\" (process " + process + ", since " + since + ")";
        }
    }

    /** The lock while it is held. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Waits until this process has the lock.
     *
     * @param waiting is told who has it, when it must be waited for
     * @throws UserError that names the holder, when it still has the lock at the limit
     */
    public Held take(String operation, Duration limit, Consumer<Holder> waiting) {
        long process = host.leasePid();
        String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        CommandResult started = started(process);
        Holder me =
                new Holder(SCHEMA, process, started.succeeded() ? started.text().strip() : "", operation, since);
        Attempts attempts = new Attempts(me, waiting);
        if (!new Poller(BETWEEN_ATTEMPTS).await(limit, attempts::succeed)) {
            throw new UserError("Another " + attempts.holder.map(Holder::words).orElse("aiserver")
                    + " is changing this installation; wait until it has ended, then try again.");
        }
        return this::release;
    }

    /** Where the machine can be reached no longer, the holder is dead there, and others take its lock over. */
    private void release() {
        try {
            files.remove(LOCK);
        } catch (UserError error) {
            if (!error.isConnectionLost()) {
                throw new UserError(
                        "The lock could not be removed, which holds nobody up; look with \"aiserver status\" how the rest "
                                + "ended: " + error.sentence(),
                        error);
            }
        }
    }

    Path file() {
        return files.resolve(LOCK);
    }

    Clock clock() {
        return clock;
    }

    /** What {@link #other} will ask of a host that has answered what the file holds. */
    Prefetch followUpPrefetch() {
        try {
            return read(LOCK)
                    .map(holder -> Prefetch.ofCommands(List.of(question(holder.process()))))
                    .orElseGet(Prefetch::none);
        } catch (UserError unreadable) {
            return Prefetch.none();
        }
    }

    /** The process that has it now, unless that is this one or has died. */
    public Optional<Holder> other() {
        return read(LOCK).filter(holder -> holder.process() != host.leasePid() && !isDead(holder));
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
            Optional<Holder> now = read(LOCK);
            if (now.equals(Optional.of(me))) {
                // It was made, and the machine said otherwise.
                return true;
            }
            if (now.isPresent() && isDead(now.get())) {
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
                // Another one has made the directory just now, or nobody can.
                files.ensure();
            }
            try {
                return files.create(LOCK, me);
            } catch (UserError error) {
                // The one that had it may have taken its empty directory away just now.
                if (host.file(directory) instanceof FileState.Absent) {
                    return false;
                }
                files.removeIfEmpty();
                throw error;
            }
        }

        /** Of several that find the same one dead, one may write; it looks again whether nobody has done it already. */
        private boolean takeOver(Holder dead) {
            if (!files.create(TAKEOVER, me)) {
                Optional<Holder> other = read(TAKEOVER);
                if (other.isPresent() && isDead(other.get())) {
                    throw new UserError("The file " + files.resolve(TAKEOVER)
                            + " was left by a process that has died; remove it, then try again.");
                }
                return false;
            }
            try {
                if (!read(LOCK).equals(Optional.of(dead))) {
                    return false;
                }
                files.write(LOCK, me);
                return true;
            } finally {
                host.delete(files.resolve(TAKEOVER));
            }
        }
    }

    private Optional<Holder> read(String name) {
        return files.read(name, SCHEMA, Holder.class, older -> older);
    }

    /** What cannot be found out is not taken for dead. Of a process that is not there, ps says nothing at all. */
    private boolean isDead(Holder holder) {
        CommandResult answer = started(holder.process());
        String started = answer.text().strip();
        if (answer.exitCode() == EX_NO_SUCH_PROCESS) {
            return started.isEmpty() && answer.errorText().isBlank();
        }
        boolean bothKnown =
                answer.succeeded() && !started.isEmpty() && !holder.started().isEmpty();
        return bothKnown && !started.equals(holder.started());
    }

    private CommandResult started(long process) {
        return host.query(question(process));
    }

    private static Command question(long process) {
        return Command.of("ps", "-o", "lstart=", "-p", Long.toString(process)).withEnvironment(Map.of("TZ", "UTC"));
    }
}
