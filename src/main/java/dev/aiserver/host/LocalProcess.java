package dev.aiserver.host;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;
import org.apache.commons.exec.Executor;
import org.apache.commons.exec.ProcessDestroyer;
import org.jspecify.annotations.Nullable;

/** Runs one command on this machine, within its limits of time and output. */
final class LocalProcess {
    private static final Duration WAIT_FOR_ORPHANED_OUTPUT = Duration.ofSeconds(1);

    private final Command command;

    LocalProcess(Command command) {
        this.command = command;
    }

    /**
     * Runs the program with the command's arguments and input.
     *
     * @param environment of the process, in full
     */
    CommandResult run(Path program, Map<String, String> environment) {
        CommandLine line = new CommandLine(program.toFile());
        // Arguments are passed as variables, because the library strips white space from plain arguments.
        Map<String, String> arguments = new HashMap<>();
        for (int i = 1; i < command.argv().size(); i++) {
            arguments.put("argument" + i, command.argv().get(i));
            line.addArgument("${argument" + i + "}", false);
        }
        line.setSubstitutionMap(arguments);

        Deadline deadline = new Deadline(command.timeout());
        Streams streams = new Streams(command.stdin().bytes(), deadline);
        DefaultExecutor executor = DefaultExecutor.builder().get();
        executor.setStreamHandler(streams);
        executor.setProcessDestroyer(deadline);
        executor.setExitValues(null);
        try {
            int exitCode = executor.execute(line, environment);
            if (exitCode == Executor.INVALID_EXITVALUE && !deadline.expired && !deadline.outputExceeded) {
                // The library has cleared the interrupt flag; set it again so that the next wait ends at once.
                Thread.currentThread().interrupt();
                throw new UserError(
                        UserError.Kind.INTERRUPTED,
                        "\"" + command + "\" was stopped because aiserver was interrupted.");
            }
            byte[] stdout = streams.stdout.take();
            byte[] stderr = streams.stderr.take();
            return new CommandResult(deadline.exitCode(exitCode), stdout, stderr);
        } catch (IOException e) {
            return CommandResult.of(CommandResult.NOT_FOUND, "", command.program() + ": cannot be run");
        }
    }

    /**
     * Kills a process and its descendants at the time or output limit. The library's watchdog would leave the
     * descendants.
     */
    private static final class Deadline implements ProcessDestroyer {
        private final Duration limit;
        private volatile @Nullable Process running;
        private volatile boolean expired;
        private volatile boolean outputExceeded;

        Deadline(Duration limit) {
            this.limit = limit;
        }

        @Override
        public boolean add(Process process) {
            running = process;
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> {
                        if (process.isAlive()) {
                            expired = true;
                            kill(process);
                        }
                    });
            return true;
        }

        /** Kills the process because it printed more than allowed. */
        void outputExceeded() {
            outputExceeded = true;
            Process process = running;
            if (process != null) {
                kill(process);
            }
        }

        int exitCode(int processExitCode) {
            return outputExceeded
                    ? CommandResult.OUTPUT_LIMIT_EXCEEDED
                    : expired ? CommandResult.TIMED_OUT : processExitCode;
        }

        private static void kill(Process process) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public boolean remove(Process process) {
            return true;
        }

        @Override
        public int size() {
            return 0;
        }
    }

    /**
     * Writes a process's input and collects its output. After the process has ended, it does not wait long for orphans
     * that still hold the streams open. The library's own handler waits three times as long and then reports the
     * command as failed.
     */
    private static final class Streams implements ExecuteStreamHandler {
        private final CapturedOutput stdout;
        private final CapturedOutput stderr;
        private final byte[] stdin;
        private final List<Thread> pumps = new ArrayList<>();

        Streams(byte[] stdin, Deadline deadline) {
            this.stdin = stdin;
            this.stdout = new CapturedOutput(deadline);
            this.stderr = new CapturedOutput(deadline);
        }

        @Override
        public void setProcessInputStream(OutputStream process) {
            pump(new ByteArrayInputStream(stdin), process);
        }

        @Override
        public void setProcessOutputStream(InputStream process) {
            pump(process, stdout);
        }

        @Override
        public void setProcessErrorStream(InputStream process) {
            pump(process, stderr);
        }

        private void pump(InputStream from, OutputStream to) {
            Thread pump = new Thread(() -> transfer(from, to), "pump");
            pump.setDaemon(true);
            pumps.add(pump);
        }

        private static void transfer(InputStream from, OutputStream to) {
            try (to) {
                from.transferTo(to);
            } catch (IOException e) {
                // The process closed its end: it reads no more input or writes no more output.
                return;
            }
        }

        @Override
        public void start() {
            pumps.forEach(Thread::start);
        }

        @Override
        public void stop() {
            new Poller(Duration.ofMillis(1))
                    .await(WAIT_FOR_ORPHANED_OUTPUT, () -> pumps.stream().noneMatch(Thread::isAlive));
        }
    }

    /**
     * Collects the output of a process. Output beyond the limit, or after the result was taken, is read and discarded.
     */
    private static final class CapturedOutput extends OutputStream {
        private final Deadline deadline;
        private ByteArrayOutputStream captured = new ByteArrayOutputStream();
        private boolean closed;

        CapturedOutput(Deadline deadline) {
            this.deadline = deadline;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (!closed) {
                int remaining = CommandResult.MAX_OUTPUT - captured.size();
                captured.write(bytes, offset, Math.min(length, remaining));
                if (length > remaining) {
                    closed = true;
                    deadline.outputExceeded();
                }
            }
        }

        synchronized byte[] take() {
            closed = true;
            byte[] taken = captured.toByteArray();
            captured = new ByteArrayOutputStream();
            return taken;
        }
    }
}
