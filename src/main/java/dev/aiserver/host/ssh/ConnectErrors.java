package dev.aiserver.host.ssh;

import com.jcraft.jsch.JSchException;
import dev.aiserver.host.FirstLine;
import dev.aiserver.host.UserError;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.stream.Stream;

/** Explains why a host cannot be reached. */
final class ConnectErrors {
    private final SshTarget target;
    private final Duration limit;

    /**
     * Creates the explanations for one host.
     *
     * @param limit within which the host had to answer
     */
    ConnectErrors(SshTarget target, Duration limit) {
        this.target = target;
        this.limit = limit;
    }

    UserError of(JSchException failure, Keys keys, PasswordPrompt passwords) {
        String message = String.valueOf(failure.getMessage());
        String address = target.host() + " port " + target.port();
        if (isCausedBy(failure, UnknownHostException.class)) {
            return unreachable("Cannot resolve host " + target.host()
                    + "; check the spelling, or whether its network is connected.");
        }
        if (isCausedBy(failure, SocketTimeoutException.class) || message.contains("timeout")) {
            return unreachable(address + " did not answer within " + limit.toSeconds()
                    + " s; check that the machine is on, awake and connected to the network.");
        }
        if (isCausedBy(failure, NoRouteToHostException.class) || message.contains("Network is unreachable")) {
            return unreachable(
                    "No route to " + address + "; check that this machine is connected to that network or VPN.");
        }
        if (isCausedBy(failure, ConnectException.class)) {
            return unreachable(address + " refused the connection; check the port, and that Remote Login is on there"
                    + " (System Settings > General > Sharing).");
        }
        if (message.contains("Too many authentication failures")) {
            return unreachable(target.name()
                    + " rejected the login after too many keys; set IdentitiesOnly and IdentityFile for it"
                    + " in ~/.ssh/config (" + keys.tried() + ").");
        }
        if (message.startsWith("Auth ")) {
            return unreachable(target.name() + (passwords.wasAsked() ? " rejected the password" : " rejected the login")
                    + "; " + keys.tried() + ". Check the user name, and that your key is in ~/.ssh/authorized_keys"
                    + " there.");
        }
        return unreachable("Could not connect to " + target.name() + " with SSH: "
                + FirstLine.of(message.replaceFirst("^Session\\.connect: (?:java\\.[\\w.]+: )?", ""))
                + ". Check that an SSH server is listening there.");
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> kind) {
        return Stream.iterate(failure, each -> each != null, Throwable::getCause)
                .anyMatch(kind::isInstance);
    }

    private static UserError unreachable(String sentence) {
        return new UserError(UserError.Kind.UNREACHABLE, sentence);
    }
}
