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

/** Says in a sentence why a machine cannot be reached. */
final class ConnectErrors {
    private final SshTarget settings;
    private final Duration limit;

    /** @param limit within which the machine had to answer */
    ConnectErrors(SshTarget settings, Duration limit) {
        this.settings = settings;
        this.limit = limit;
    }

    UserError of(JSchException failure, Keys keys, PasswordPrompt passwords) {
        String message = String.valueOf(failure.getMessage());
        String address = settings.host() + " port " + settings.port();
        if (isCausedBy(failure, UnknownHostException.class)) {
            return trouble("Nothing is known by the name " + settings.host()
                    + "; check the spelling, or whether its network is connected.");
        }
        if (isCausedBy(failure, SocketTimeoutException.class) || message.contains("timeout")) {
            return trouble(address + " did not answer within " + limit.toSeconds()
                    + " s; check that the machine is on, awake and in a network that is connected.");
        }
        if (isCausedBy(failure, NoRouteToHostException.class) || message.contains("Network is unreachable")) {
            return trouble("No network leads to " + address + "; check that its network is connected.");
        }
        if (isCausedBy(failure, ConnectException.class)) {
            return trouble(address + " refuses connections; check the port, and that Remote Login is on there"
                    + " (System Settings, General, Sharing).");
        }
        if (message.contains("Too many authentication failures")) {
            return trouble(settings.name() + " gave up after too many keys; set IdentitiesOnly and IdentityFile for it"
                    + " in ~/.ssh/config (" + keys.tried() + ").");
        }
        if (message.startsWith("Auth ")) {
            return trouble(settings.name() + (passwords.wasAsked() ? " refused the password" : " lets nobody in")
                    + "; " + keys.tried() + ". Check the user name, and that your key is in ~/.ssh/authorized_keys"
                    + " there.");
        }
        return trouble("No SSH connection to " + settings.name() + " came about: "
                + FirstLine.of(message.replaceFirst("^Session\\.connect: (?:java\\.[\\w.]+: )?", ""))
                + ". Check that an SSH server listens there.");
    }

    private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> kind) {
        return Stream.iterate(failure, each -> each != null, Throwable::getCause)
                .anyMatch(kind::isInstance);
    }

    private static UserError trouble(String sentence) {
        return new UserError(UserError.Kind.UNREACHABLE, sentence);
    }
}
