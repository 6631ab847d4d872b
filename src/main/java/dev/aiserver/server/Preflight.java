package dev.aiserver.server;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;

/** Checks before planning that a host is suitable for an installation, and collects the facts that the plan needs. */
@FunctionalInterface
public interface Preflight {

    /** @throws dev.aiserver.host.UserError that names every problem and what to do about it */
    HostFacts check(ServerSpec spec);

    /** Returns these checks, run through another view of the host. */
    default Preflight on(Host view, Launchd launchd) {
        return this;
    }

    /** Returns what the checks read first. */
    default Prefetch prefetch(ServerSpec spec) {
        return Prefetch.none();
    }

    /** Returns what the checks read after the answers to {@link #prefetch} are known. */
    default Prefetch followUpPrefetch(ServerSpec spec) {
        return Prefetch.none();
    }
}
