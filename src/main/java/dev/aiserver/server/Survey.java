package dev.aiserver.server;

import dev.aiserver.host.Foresight;
import dev.aiserver.host.Host;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;

/** Looks at a host before anything is planned for it, and refuses one on which the installation could not live. */
@FunctionalInterface
public interface Survey {

    /** @throws dev.aiserver.host.Trouble that names everything that stands in the way, and what to do about it */
    Surroundings survey(ServerSpec spec);

    /** The same, by way of what a host was asked ahead. */
    default Survey on(Host view, Launchd launchd) {
        return this;
    }

    /** What it will ask first. */
    default Foresight questions(ServerSpec spec) {
        return Foresight.none();
    }

    /** What it will ask of a host that has answered {@link #questions}. */
    default Foresight furtherQuestions(ServerSpec spec) {
        return Foresight.none();
    }
}
