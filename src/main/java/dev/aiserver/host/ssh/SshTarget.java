package dev.aiserver.host.ssh;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to reach one machine with SSH, when everything is taken into account.
 *
 * @param host what is connected to
 * @param keyFiles private keys to try, in this order; not each need exist
 * @param identitiesOnly whether an agent may offer no other keys
 * @param agent the socket of the agent
 * @param knownHosts the files of known host keys; a new key is written into the first
 * @param alias the name under which the host's key is known, when that is not its own
 * @param jumps the machines that lie on the way, the nearest first
 * @param restrictions what ssh is told not to do
 */
record SshTarget(
        String host,
        int port,
        String user,
        List<Path> keyFiles,
        boolean identitiesOnly,
        Optional<Path> agent,
        List<Path> knownHosts,
        Optional<String> alias,
        List<Destination> jumps,
        Restrictions restrictions) {

    private static final int DEFAULT_PORT = 22;

    /** As known_hosts writes it. */
    String knownHostsName() {
        return alias.orElse(port == DEFAULT_PORT ? host : "[" + host + "]:" + port);
    }

    /** As a person speaks of it. */
    String name() {
        return user + "@" + host + (port == DEFAULT_PORT ? "" : ":" + port);
    }
}
