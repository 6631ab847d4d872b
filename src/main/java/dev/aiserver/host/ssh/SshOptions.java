package dev.aiserver.host.ssh;

import java.time.Duration;

/**
 * Settings for opening and monitoring a connection.
 *
 * @param acceptNewHostKey whether an unknown host key is accepted and stored without asking; a changed key is always
 *     rejected
 * @param connectTimeout within which the host must answer
 * @param silence after which a connection counts as lost; two keep-alive requests are sent in that time
 */
public record SshOptions(boolean acceptNewHostKey, Duration connectTimeout, Duration silence) {

    public static SshOptions defaults() {
        return new SshOptions(false, Duration.ofSeconds(10), Duration.ofSeconds(15));
    }

    public SshOptions acceptingNewHostKey() {
        return new SshOptions(true, connectTimeout, silence);
    }
}
