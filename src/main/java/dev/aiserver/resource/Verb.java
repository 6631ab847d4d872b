package dev.aiserver.resource;

/** Describes a change to people. */
public enum Verb {
    INSTALL,
    CREATE,
    UPDATE,
    DELETE,
    START,
    RESTART,
    RELOAD,
    STOP,
    ENABLE,
    DISABLE;

    /** Returns the verb for what exists as a whole: a file or a folder. */
    static Verb ofThing(State from, State to) {
        return to.equals(State.ABSENT) ? DELETE : from.equals(State.ABSENT) ? CREATE : UPDATE;
    }
}
