package dev.aiserver.host.ssh;

import com.jcraft.jsch.Identity;
import com.jcraft.jsch.JSchException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key offered to the server. It asks for its passphrase only when the server would accept the key. It claims not to
 * be encrypted, because the library would otherwise ask first, and give up the login without an answer.
 */
final class OfferedKey implements Identity {
    private static final int ATTEMPTS = 3;

    private final Identity key;
    private final String name;
    private final Prompter prompter;
    private String remark = "";

    OfferedKey(Identity key, String name, Prompter prompter) {
        this.key = key;
        this.name = name;
        this.prompter = prompter;
    }

    /** Asks for the passphrase if necessary. Returns whether the key can sign. */
    private boolean unlock() {
        for (int attempt = 0; key.isEncrypted() && attempt < ATTEMPTS; attempt++) {
            Optional<char[]> passphrase = prompter.secret("Passphrase for " + name + ": ");
            if (passphrase.isEmpty()) {
                remark = " (needs its passphrase; add the key to the agent with ssh-add)";
                return false;
            }
            if (!tryPassphrase(passphrase.get())) {
                remark = " (wrong passphrase)";
            }
        }
        return !key.isEncrypted();
    }

    private boolean tryPassphrase(char[] passphrase) {
        byte[] bytes = bytes(passphrase);
        try {
            return key.setPassphrase(bytes);
        } catch (JSchException e) {
            return false;
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] bytes(char[] text) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(text, '\0');
        return bytes;
    }

    @Override
    public byte @Nullable [] getPublicKeyBlob() {
        return key.getPublicKeyBlob();
    }

    @Override
    public byte @Nullable [] getSignature(byte[] data) {
        return unlock() ? key.getSignature(data) : null;
    }

    @Override
    public byte @Nullable [] getSignature(byte[] data, String algorithm) {
        return unlock() ? key.getSignature(data, algorithm) : null;
    }

    @Override
    public String getAlgName() {
        return key.getAlgName();
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isEncrypted() {
        return false;
    }

    @Override
    public boolean setPassphrase(byte @Nullable [] passphrase) {
        return true;
    }

    @Override
    public void clear() {
        key.clear();
    }

    @Override
    public String toString() {
        return name + remark;
    }
}
