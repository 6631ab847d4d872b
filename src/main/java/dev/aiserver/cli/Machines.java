package dev.aiserver.cli;

/** Where commands can do their work. */
public interface Machines {

    /** This machine, as the user who runs the program. */
    UseCases here();

    /**
     * Another machine over SSH, as its user there; the connection is made when the machine is first asked something.
     *
     * @param destination as a person types it for ssh
     * @throws dev.aiserver.host.UserError of configuration when it is none
     */
    Remote there(String destination, Trust trust);

    /**
     * How far a person goes along with a connection.
     *
     * @param newHostKeys whether a machine that is not known yet is taken for the right one
     * @param questions whether somebody may be asked
     * @param terminal that is had for a question
     */
    record Trust(boolean newHostKeys, boolean questions, Terminal terminal) {}

    /** The terminal, on which others may be drawing. */
    interface Terminal {
        /** Nobody draws on it from now on. */
        void take();

        void giveBack();
    }

    /** A connection to another machine, and what can be done over it. */
    interface Remote extends AutoCloseable {
        UseCases useCases();

        /** How often the other side has been asked something. */
        int roundTrips();

        @Override
        void close();
    }
}
