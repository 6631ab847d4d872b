package dev.aiserver.it;

/** How a command ended that a test ran. */
record Run(int exitCode, String out, String err) {

    /** For messages of assertions. */
    @Override
    public String toString() {
        return "exit code " + exitCode + "\n--- out\n" + out + "\n--- err\n" + err;
    }
}
