package dev.aiserver.cli;

/** Gives commands access to this machine and to others. */
public interface Machines {

    /** Returns this machine, as the user who runs aiserver. */
    UseCases here();

    /**
     * Returns another machine over SSH, as the user there. The connection is made on first use.
     *
     * @param destination as you type it for ssh
     * @throws dev.aiserver.host.UserError of kind CONFIGURATION if the destination is not valid
     */
    Remote there(String destination, Trust trust);

    /**
     * Says what a connection may accept or ask.
     *
     * @param newHostKeys whether the key of a host that is not in known_hosts is accepted
     * @param prompts whether you may be prompted
     * @param terminal used for prompts
     */
    record Trust(boolean newHostKeys, boolean prompts, Terminal terminal) {}

    /** Represents the terminal, on which progress may be drawn. */
    interface Terminal {
        /** Stops drawing, for a prompt. */
        void take();

        /** Resumes drawing. */
        void giveBack();
    }

    /** The terminal of a single host, on which nothing else is drawn. */
    Terminal UNSHARED = new Terminal() {
        @Override
        public void take() {}

        @Override
        public void giveBack() {}
    };

    /** Represents a connection to another machine, and what aiserver can do over it. */
    interface Remote extends AutoCloseable {
        UseCases useCases();

        /** Returns how many requests have been sent to the other machine. */
        int roundTrips();

        @Override
        void close();
    }
}
