package dev.aiserver.server;

import dev.aiserver.spec.ServerSpec;

/** Looks at a host before anything is planned for it, and refuses one on which the installation could not live. */
@FunctionalInterface
public interface Survey {

    /** @throws dev.aiserver.host.Trouble that names everything that stands in the way, and what to do about it */
    Surroundings survey(ServerSpec spec);
}
