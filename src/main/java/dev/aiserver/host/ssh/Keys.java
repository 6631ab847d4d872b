package dev.aiserver.host.ssh;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.Identity;
import com.jcraft.jsch.IdentityRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.SSHAgentConnector;
import com.jcraft.jsch.UnixDomainSocketFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Vector;

/**
 * The keys for the login, in the order in which ssh tries them: agent keys that are also configured, the agent's other
 * keys, then key files that the agent does not have.
 */
final class Keys implements IdentityRepository {
    private final List<OfferedKey> offered = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    Keys(SshTarget target, Prompter prompter) {
        List<OfferedKey> files = new ArrayList<>();
        for (Path file : target.keyFiles()) {
            if (Files.exists(file)) {
                load(file)
                        .ifPresentOrElse(
                                key -> files.add(new OfferedKey(key, file.toString(), prompter)),
                                () -> unreadable.add(file + " (not a readable private key)"));
            }
        }
        List<OfferedKey> agents = target.agent().map(Keys::fromAgent).orElse(List.of()).stream()
                .map(key -> new OfferedKey(key, "the agent's " + key.getName(), prompter))
                .toList();
        agents.stream().filter(key -> isAmong(files, key)).forEach(offered::add);
        if (!target.identitiesOnly()) {
            agents.stream().filter(key -> !isAmong(files, key)).forEach(offered::add);
        }
        files.stream().filter(key -> !isAmong(agents, key)).forEach(offered::add);
    }

    private static boolean isAmong(List<OfferedKey> keys, OfferedKey key) {
        return keys.stream().anyMatch(other -> Arrays.equals(other.getPublicKeyBlob(), key.getPublicKeyBlob()));
    }

    private static Optional<Identity> load(Path file) {
        try {
            JSch jsch = new JSch();
            jsch.addIdentity(file.toString());
            return jsch.getIdentityRepository().getIdentities().stream().findFirst();
        } catch (JSchException e) {
            return Optional.empty();
        }
    }

    private static List<Identity> fromAgent(Path socket) {
        try {
            return new AgentIdentityRepository(new SSHAgentConnector(new UnixDomainSocketFactory(), socket))
                    .getIdentities();
        } catch (AgentProxyException e) {
            // The socket is stale; ssh also continues without the agent.
            return List.of();
        }
    }

    /** Returns which keys were tried and with what result, for the error message. */
    String tried() {
        List<String> all = new ArrayList<>();
        offered.forEach(key -> all.add(key.toString()));
        all.addAll(unreadable);
        return all.isEmpty() ? "no key was found to try" : "tried: " + String.join(", ", all);
    }

    @Override
    public String getName() {
        return "keys";
    }

    @Override
    public int getStatus() {
        return RUNNING;
    }

    @Override
    public Vector<Identity> getIdentities() {
        return new Vector<>(offered);
    }

    @Override
    public boolean add(byte[] identity) {
        return false;
    }

    @Override
    public boolean remove(byte[] blob) {
        return false;
    }

    @Override
    public void removeAll() {
        // The keys belong to the user; the library never calls this.
    }
}
