package dev.aiserver.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DebugLogTest {
    private final StringWriter err = new StringWriter();
    private final DebugLog debug = DebugLog.to(new PrintWriter(err));

    @Test
    void aCommandIsOneLineWithoutSecrets() {
        debug.on("ann@mac").ended("env OPENAI_API_KEY=abcdef123456 curl", 7, Duration.ofMillis(12));
        debug.on("mac").ended("sh -c 'first\nsecond'", 0, Duration.ZERO);
        debug.on("mac").ended("x".repeat(1000), 0, Duration.ZERO);
        assertThat(err.toString().lines())
                .containsExactly(
                        "debug: ann@mac: exit 7 in 12 ms: env OPENAI_API_KEY=[secret] curl",
                        "debug: mac: exit 0 in 0 ms: sh -c 'first …",
                        "debug: mac: exit 0 in 0 ms: " + "x".repeat(300) + " …");
    }

    @Test
    void aBugIsPrintedWithItsWholeTraceAndCause() {
        debug.thrown(new IllegalStateException("password=hunter2", new IllegalArgumentException("why")));
        assertThat(err.toString())
                .contains("IllegalStateException: password=[secret]", "Caused by: ", "why", "\tat dev.aiserver.report.")
                .doesNotContain("hunter2");
        assertThat(err.toString().lines()).allMatch(line -> line.startsWith("debug: "));
    }

    @Test
    void nothingIsPrintedWhenItIsOff() {
        DebugLog.OFF.thrown(new IllegalStateException());
        DebugLog.OFF.on("mac").ended("ls", 0, Duration.ZERO);
        assertThat(err.toString()).isEmpty();
    }
}
