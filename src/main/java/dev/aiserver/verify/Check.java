package dev.aiserver.verify;

import java.io.IOException;

/** One claim about a server, and how it is proved. A check only looks: it changes nothing on the server. */
public interface Check {

    /** Stable, for scripts: a group and a name with a dot between them. */
    String id();

    /** The claim, in one line. */
    String claim();

    /** An {@link IOException} or {@link dev.aiserver.host.Trouble} means that it could not be found out. */
    Outcome prove(Subject subject) throws IOException;
}
