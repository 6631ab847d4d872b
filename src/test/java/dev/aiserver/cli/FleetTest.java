package dev.aiserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.UserError;
import dev.aiserver.report.Console;
import dev.aiserver.report.DebugLog;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever one machine does to the run that is for it, the others have theirs, and the table is printed. */
class FleetTest {
    private static final Map<String, Supplier<Throwable>> FAILURES = Map.of(
            "stack", StackOverflowError::new,
            "memory", () -> new OutOfMemoryError("Java heap space"),
            "assertion", () -> new AssertionError("never"),
            "bug", () -> new IllegalStateException("a bug\nof two lines"),
            "trouble", () -> new UserError("It said something that was no answer."));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Of a machine that is called like a failure, what is asked first fails so. */
    private final Machines machines = new Machines() {
        @Override
        public UseCases here() {
            return new NoUseCases(() -> new IllegalStateException("nothing is done here"));
        }

        @Override
        public Remote there(String destination, Trust trust) {
            Supplier<Throwable> failure = FAILURES.getOrDefault(
                    destination.replaceFirst("-.*", ""), () -> new UserError("good: nothing is installed"));
            UseCases useCases = new NoUseCases(failure);
            if (destination.endsWith("-at-once")) {
                useCases.status();
            }
            return new Remote() {
                @Override
                public UseCases useCases() {
                    return useCases;
                }

                @Override
                public int roundTrips() {
                    return 1;
                }

                @Override
                public void close() {
                    if (destination.endsWith("-at-the-end")) {
                        useCases.status();
                    }
                }
            };
        }
    };

    private int run(String... args) {
        Console console = new Console(
                new BufferedReader(Reader.nullReader()),
                new PrintWriter(out),
                new PrintWriter(err),
                false,
                false,
                false);
        return CommandTree.run(args, machines, console, DebugLog.OFF, "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stack",
                "memory",
                "assertion",
                "bug",
                "trouble",
                "stack-at-once",
                "bug-at-once",
                "bug-at-the-end"
            })
    void oneFailsAlone(String bad) {
        assertThat(run("status", "--host", "good-1", "--host", bad, "--host", "good-2"))
                .isEqualTo(1);
        List<String> rows = out.toString().lines().toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).contains("good-1", "good: nothing is installed");
        assertThat(rows.get(1))
                .contains(bad, "failed")
                .contains(
                        bad.equals("trouble")
                                ? "It said something that was no answer."
                                : "This is a bug in aiserver, please report it: java.lang.");
        assertThat(rows.get(2)).contains("good-2", "good: nothing is installed");
        assertThat(rows.get(3)).isEqualTo("0 of 3 machines are done.");
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void ofOneMachineAnErrorIsASentenceToo() {
        assertThat(run("status", "--host", "stack", "--json")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("aiserver: This is a bug in aiserver, please report it: java.lang.StackOverflowError at ")
                .hasLineCount(1);
        assertThat(out.toString()).contains("\"error\" : \"This is a bug");
    }
}
