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

/** Checks that a failure on one host affects neither the other hosts nor the table. */
class FleetTest {
    private static final Map<String, Supplier<Throwable>> FAILURES = Map.of(
            "stack", StackOverflowError::new,
            "memory", () -> new OutOfMemoryError("Java heap space"),
            "assertion", () -> new AssertionError("never"),
            "bug", () -> new IllegalStateException("a bug\nof two lines"),
            "user-error", () -> new UserError("It gave an unexpected response."));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** On a host named after a failure, the first use case fails with it. */
    private final Machines machines = new Machines() {
        @Override
        public UseCases here() {
            return new NoUseCases(() -> new IllegalStateException("not used on this machine"));
        }

        @Override
        public Remote there(String destination, Trust trust) {
            Supplier<Throwable> failure = FAILURES.getOrDefault(
                    destination.replaceFirst("/.*", ""), () -> new UserError("good: nothing is installed"));
            UseCases useCases = new NoUseCases(failure);
            if (destination.endsWith("/on-connect")) {
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
                    if (destination.endsWith("/on-close")) {
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
        return new Invocation(machines, console, DebugLog.OFF, "1").run(args);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stack",
                "memory",
                "assertion",
                "bug",
                "user-error",
                "stack/on-connect",
                "bug/on-connect",
                "bug/on-close"
            })
    void aFailureAffectsOneHostOnly(String bad) {
        assertThat(run("status", "--host", "good/1", "--host", bad, "--host", "good/2"))
                .isEqualTo(1);
        List<String> rows = out.toString().lines().toList();
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).contains("good/1", "good: nothing is installed");
        assertThat(rows.get(1))
                .contains(bad, "failed")
                .contains(
                        bad.equals("user-error")
                                ? "It gave an unexpected response."
                                : "This is a bug in aiserver. Please report it: java.lang.");
        assertThat(rows.get(2)).contains("good/2", "good: nothing is installed");
        assertThat(rows.get(3)).isEqualTo("0 of 3 hosts done.");
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void anErrorOnOneHostIsOneSentence() {
        assertThat(run("status", "--host", "stack", "--json")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("aiserver: This is a bug in aiserver. Please report it: java.lang.StackOverflowError at ")
                .hasLineCount(1);
        assertThat(out.toString()).contains("\"error\" : \"This is a bug");
    }
}
