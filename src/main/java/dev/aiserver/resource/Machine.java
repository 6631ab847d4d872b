package dev.aiserver.resource;

import dev.aiserver.host.Host;
import dev.aiserver.host.Prefetch;
import dev.aiserver.service.Launchd;

/** What resources are changed with: a host, its service manager, and the contents of files. */
public record Machine(Host host, Launchd launchd, Staging staging) {

    /** The same, having been asked that. */
    public Machine prefetched(Prefetch questions) {
        return new Machine(host.prefetch(questions), launchd, staging);
    }
}
