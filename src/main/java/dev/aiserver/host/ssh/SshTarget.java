package dev.aiserver.host.ssh;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A host and the settings for reaching it with SSH, after all configuration is applied.
 *
 * @param host the address to connect to
 * @param keyFiles private keys to try, in this order; files may be missing
 * @param identitiesOnly whether other keys of an agent are not tried
 * @param agent the agent's socket
 * @param knownHosts the known_hosts files; a new key is written to the first
 * @param alias the name under which the host's key is known, if it differs from the host
 * @param jumps the jump hosts, the nearest first
 * @param restrictions what ssh is configured not to do
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

    /** Returns the host's name in known_hosts. */
    String knownHostsName() {
        return alias.orElse(port == DEFAULT_PORT ? host : "[" + host + "]:" + port);
    }

    /** Returns the host's name for messages. */
    String name() {
        return user + "@" + host + (port == DEFAULT_PORT ? "" : ":" + port);
    }
}
