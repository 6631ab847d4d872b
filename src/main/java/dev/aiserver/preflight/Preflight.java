package dev.aiserver.preflight;

import dev.aiserver.host.Query;
import dev.aiserver.spec.ServerSpec;

/** Checks before planning that a host is suitable for an installation, and collects the facts that the plan needs. */
@FunctionalInterface
public interface Preflight {

    /** Asks for the facts. It is an error, which names every problem and what to do about it, if the host is unsuitable. */
    Query<HostFacts> query(ServerSpec spec);
}
