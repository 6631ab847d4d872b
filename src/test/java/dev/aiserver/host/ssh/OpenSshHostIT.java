package dev.aiserver.host.ssh;

import dev.aiserver.host.Host;
import dev.aiserver.host.HostContract;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

/** Runs the contract with the sshd of this machine and a user who is not root. */
@Tag("root")
class OpenSshHostIT {

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class AsOnDebian implements OnOpenSsh {
        private final OpenSshLogin login = new OpenSshLogin(Path.of("/bin/dash"), Path.of("/bin/sh"), "");

        @Override
        public OpenSshLogin login() {
            return login;
        }
    }

    /** Uses bash as /bin/sh, and a login shell that prints something whenever it starts. */
    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class AsOnAMacWithANoisyShell implements OnOpenSsh {
        private final OpenSshLogin login =
                new OpenSshLogin(Path.of("/bin/bash"), Path.of("/bin/bash"), "echo welcome; printf beware >&2");

        @Override
        public OpenSshLogin login() {
            return login;
        }
    }

    interface OnOpenSsh extends HostContract {
        OpenSshLogin login();

        @Override
        default Host host(Map<String, String> environment) {
            return login().host(environment);
        }

        @Override
        default Charset charset() {
            return StandardCharsets.UTF_8;
        }

        @Override
        default Path home() throws IOException {
            Path home = HostContract.super.home();
            OpenSsh.changeOwner(home);
            return home;
        }

        @AfterEach
        default void disconnect() {
            login().disconnect();
        }

        @AfterAll
        default void stop() {
            login().close();
        }
    }
}
