package dev.aiserver.host.ssh;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.UserInfo;
import dev.aiserver.host.UserError;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the host key of a machine. A known key is accepted; a different or a revoked key is rejected; for an unknown
 * key you decide. Each rejection is a {@link UserError}.
 */
final class HostKeys implements HostKeyRepository {
    private final SshTarget target;
    private final KnownHosts known;
    private final Prompter prompter;
    private final boolean acceptNew;
    private final Supplier<Optional<InetAddress>> address;

    /**
     * Creates the verification for one host.
     *
     * @param acceptNew whether an unknown key is accepted and stored without asking
     * @param address of the host, once it is connected; empty when a jump host makes the connection
     */
    HostKeys(SshTarget target, Prompter prompter, boolean acceptNew, Supplier<Optional<InetAddress>> address) {
        this.target = target;
        this.known = new KnownHosts(target.knownHosts(), target.restrictions().revoked());
        this.prompter = prompter;
        this.acceptNew = acceptNew;
        this.address = address;
    }

    @Override
    public int check(String ignored, byte[] key) {
        List<KnownHost> all = known.all();
        Optional<KnownHost> revoked = all.stream()
                .filter(entry -> entry.isRevoked() && entry.has(key) && isOfThisHost(entry))
                .findFirst();
        if (revoked.isPresent()) {
            throw refusal(target.host() + " presented a key (" + fingerprint(key) + ") that is revoked in "
                    + revoked.get().place() + ". Do not connect; ask the administrator of that host.");
        }
        rejectShortRsa(key);
        List<KnownHost> unmarked = unmarked(all, List.of(target.knownHostsName()));
        if (target.restrictions().checksAddress()) {
            rejectChanged(unmarked(all, addresses()), key);
        }
        if (unmarked.stream().anyMatch(entry -> entry.has(key)) || isKnownWithoutPort(unmarked, key)) {
            return OK;
        }
        rejectChanged(unmarked, key);
        return acceptUnknown(key) ? OK : NOT_INCLUDED;
    }

    private static List<KnownHost> unmarked(List<KnownHost> entries, List<String> names) {
        return entries.stream()
                .filter(entry -> entry.isUnmarked() && names.stream().anyMatch(entry::names))
                .toList();
    }

    /**
     * Returns whether a revoked entry applies to this host under any of its names. Rejecting too much is the smaller
     * harm.
     */
    private boolean isOfThisHost(KnownHost entry) {
        List<String> names = new ArrayList<>(addresses());
        names.addAll(List.of(target.knownHostsName(), target.host(), withPort(target.host())));
        target.alias().ifPresent(alias -> names.add(withPort(alias)));
        return names.stream().anyMatch(entry::names);
    }

    private List<String> addresses() {
        return address.get().map(InetAddress::getHostAddress).stream()
                .flatMap(ip -> Stream.of(ip, withPort(ip)))
                .toList();
    }

    private String withPort(String name) {
        return "[" + name + "]:" + target.port();
    }

    private void rejectShortRsa(byte[] key) {
        int least = target.restrictions().rsaBits();
        if (type(key).equals("ssh-rsa") && rsaBits(key) < least) {
            throw refusal(target.host() + " presented an RSA key of " + rsaBits(key) + " bits, but ssh is configured to"
                    + " require " + least + " (RequiredRSASize). Create a larger host key there.");
        }
    }

    /** Returns the length of the modulus, which comes last: RFC 4253, section 6.6. */
    private static int rsaBits(byte[] key) {
        ByteBuffer wire = ByteBuffer.wrap(key);
        byte[] part = new byte[0];
        while (wire.remaining() >= Integer.BYTES) {
            part = new byte[Math.max(0, Math.min(wire.getInt(), wire.remaining()))];
            wire.get(part);
        }
        return new BigInteger(1, part).bitLength();
    }

    private void rejectChanged(List<KnownHost> unmarked, byte[] key) {
        if (!unmarked.isEmpty() && unmarked.stream().noneMatch(entry -> entry.has(key))) {
            KnownHost expected = unmarked.stream()
                    .filter(entry -> entry.type().equals(type(key)))
                    .findFirst()
                    .orElse(unmarked.get(0));
            throw refusal(
                    "The host key of " + target.host() + " has changed: it presented " + fingerprint(key) + ", but "
                            + expected.place() + " has " + fingerprint(expected.key())
                            + ". Someone may be intercepting the connection: ask the administrator of that host, and"
                            + " remove that line only if the change is intended.");
        }
    }

    /**
     * Returns whether the key is known for the host without a port. Like ssh, aiserver then accepts it on other ports
     * too.
     */
    private boolean isKnownWithoutPort(List<KnownHost> unmarked, byte[] key) {
        return unmarked.isEmpty()
                && target.alias().isEmpty()
                && known.all().stream()
                        .anyMatch(entry -> entry.isUnmarked() && entry.names(target.host()) && entry.has(key));
    }

    private boolean acceptUnknown(byte[] key) {
        String question = "Host " + target.host() + " is not known. Its " + type(key) + " key is " + fingerprint(key)
                + ". Connect and remember this key?";
        if (target.restrictions().knownHostsOnly()) {
            throw refusal("The host key of " + target.host() + " is not known (" + type(key) + " " + fingerprint(key)
                    + "), and ssh is configured to reject new keys (StrictHostKeyChecking yes). Verify it on that host"
                    + " and add it to known_hosts.");
        }
        if (!acceptNew && !prompter.confirm(question)) {
            throw refusal("The host key of " + target.host() + " is not known (" + type(key) + " " + fingerprint(key)
                    + "). Compare it with \"ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub\" there, then connect"
                    + " once with ssh, or add --accept-new-host-key.");
        }
        known.add(target.knownHostsName(), type(key), key);
        return true;
    }

    private List<KnownHost> entries() {
        return known.all().stream()
                .filter(entry -> entry.names(target.knownHostsName()) || entry.isRevoked() && isOfThisHost(entry))
                .toList();
    }

    static String type(byte[] key) {
        ByteBuffer wire = ByteBuffer.wrap(key);
        int length = wire.remaining() < Integer.BYTES ? 0 : wire.getInt();
        byte[] name = new byte[Math.max(0, Math.min(length, wire.remaining()))];
        wire.get(name);
        return new String(name, StandardCharsets.US_ASCII);
    }

    static String fingerprint(byte[] key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static UserError refusal(String sentence) {
        return new UserError(UserError.Kind.UNREACHABLE, sentence);
    }

    /** Returns all keys. The library uses them to prefer known key types and to find certificate authorities. */
    @Override
    public HostKey[] getHostKey() {
        return hostKeys(known.all(), null);
    }

    @Override
    public HostKey[] getHostKey(@Nullable String host, @Nullable String type) {
        return host == null ? getHostKey() : hostKeys(entries(), type);
    }

    static HostKey[] hostKeys(List<KnownHost> entries, @Nullable String type) {
        return entries.stream()
                .filter(entry -> type == null || type.equals(entry.type()))
                .flatMap(entry -> hostKey(entry).stream())
                .toArray(HostKey[]::new);
    }

    private static Optional<HostKey> hostKey(KnownHost entry) {
        try {
            return Optional.of(new HostKey(entry.marker(), entry.hosts(), HostKey.GUESS, entry.key(), null));
        } catch (JSchException | ArrayIndexOutOfBoundsException e) {
            // Not a key, or of a type that the library does not support and so cannot meet.
            return Optional.empty();
        }
    }

    @Override
    public String getKnownHostsRepositoryID() {
        return "known_hosts";
    }

    @Override
    public void add(HostKey key, UserInfo ui) {
        throw new IllegalStateException("check() stores new keys");
    }

    @Override
    public void remove(String host, String type) {
        throw new IllegalStateException("known keys are never removed");
    }

    @Override
    public void remove(String host, String type, byte[] key) {
        throw new IllegalStateException("known keys are never removed");
    }
}
