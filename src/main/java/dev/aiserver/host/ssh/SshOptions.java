package dev.aiserver.host.ssh;

import java.time.Duration;

/**
 * How a connection is made and watched.
 *
 * @param acceptNewHostKey whether a machine that is not known is taken for the right one, and remembered, without a
 *     question; a changed key is refused all the same
 * @param connectTimeout within which the other side must answer
 * @param silence after which a connection counts as lost; the other side is asked for a sign of life twice in it
 */
public record SshOptions(boolean acceptNewHostKey, Duration connectTimeout, Duration silence) {

    public static SshOptions defaults() {
        return new SshOptions(false, Duration.ofSeconds(10), Duration.ofSeconds(15));
    }

    public SshOptions acceptingNewHostKey() {
        return new SshOptions(true, connectTimeout, silence);
    }
}
