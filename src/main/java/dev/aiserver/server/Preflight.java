package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;

/** Looks at a host before anything is planned for it, and refuses one on which the installation could not live. */
@FunctionalInterface
public interface Preflight {

    /** @throws dev.aiserver.host.UserError that names everything that stands in the way, and what to do about it */
    HostFacts survey(ServerSpec spec);

    /** The same, by way of what a host was asked ahead. */
    default Preflight on(Host view, Launchd launchd) {
        return this;
    }

    /** What it will ask first. */
    default Prefetch prefetch(ServerSpec spec) {
        return Prefetch.none();
    }

    /** What it will ask of a host that has answered {@link #prefetch}. */
    default Prefetch followUpPrefetch(ServerSpec spec) {
        return Prefetch.none();
    }
}
