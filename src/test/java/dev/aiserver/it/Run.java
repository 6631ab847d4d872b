package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.CommandResult;

/** The result of a command that a test ran. */
record Run(int exitCode, String out, String err) {

    static Run of(CommandResult result) {
        return new Run(result.exitCode(), result.text(), result.errorText());
    }

    /** Asserts the exit code; a failure shows the output. */
    Run exits(int code) {
        assertThat(exitCode).as(toString()).isEqualTo(code);
        return this;
    }

    @Override
    public String toString() {
        return "exit code " + exitCode + "\n--- out\n" + out + "\n--- err\n" + err;
    }
}
