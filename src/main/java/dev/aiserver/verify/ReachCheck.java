package dev.aiserver.verify;

import dev.aiserver.net.AddressState;
import dev.aiserver.net.PortProbe;
import dev.aiserver.net.RawHttpResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** Checks that the server answers; if not, names the first layer that fails. */
public final class ReachCheck {
    public static final String ID = "reach.server";

    private static final String OLLAMA = "check \"aiserver status\" and Ollama's log on the server";

    static final Check CHECK = Check.of(ID, "the server is reachable", ReachCheck::prove);

    private ReachCheck() {}

    private static Outcome prove(VerifyContext context) {
        ServerView client = context.client();
        String where = client.address() + ":" + client.proxy().port();
        try {
            InetAddress address = InetAddress.getByName(client.address());
            LivenessRequest liveness = client.livenessRequest();
            RawHttpResponse response = context.send(liveness.request(client.host()));
            return judge(response, client.host() + " (" + address.getHostAddress() + ")");
        } catch (UnknownHostException e) {
            return new Outcome.Failed(
                    "name: " + client.address() + " does not resolve on this machine",
                    "connect Tailscale on this machine, or add the name to the tailnet or to /etc/hosts");
        } catch (IOException e) {
            return unreachable(context, where, e);
        }
    }

    /** Checks the address first: a missing address and a missing listener cause the same connection error. */
    private static Outcome unreachable(VerifyContext context, String where, IOException e) {
        AddressState own = context.server()
                .map(server -> server.host().ask(server.address()))
                .orElse(new AddressState.Present());
        if (!(own instanceof AddressState.Present)) {
            return new Outcome.Failed("network: " + own.problem(), own.remedy());
        }
        if (e instanceof ConnectException) {
            return new Outcome.Failed(
                    "port: no listener on " + where + " (" + e.getMessage() + ")",
                    "check \"aiserver status\" on the server: com.haproxy is not running, or listens on another "
                            + "address");
        }
        if (e instanceof EOFException || String.valueOf(e.getMessage()).startsWith("Connection reset")) {
            return new Outcome.Failed(
                    "port: " + where + " accepts connections and closes them at once (" + e.getMessage() + ")",
                    "run \"aiserver verify\" on the server; if it passes there, add this machine to network.clients "
                            + "in the configuration");
        }
        ServerView client = context.client();
        if (!PortProbe.isOpen(client.address(), client.proxy().port())) {
            return new Outcome.Failed(
                    "network: no response from " + where + " (" + e.getMessage() + ")",
                    "connect Tailscale on both machines, and allow this machine to reach the server in the "
                            + "tailnet's access rules");
        }
        return e instanceof SocketTimeoutException
                ? new Outcome.Failed(
                        "Ollama: " + where + " accepts connections but does not respond (" + e.getMessage() + ")",
                        OLLAMA)
                : new Outcome.Failed(
                        "port: the listener on " + where + " is not an HTTP proxy (" + e.getMessage() + ")",
                        "check \"aiserver status\" on the server: another process uses the port");
    }

    private static Outcome judge(RawHttpResponse response, String where) {
        String reason = response.header("x-aiserver");
        if (response.status() == 421) {
            return new Outcome.Failed(
                    "host: the proxy rejects the host name of " + where,
                    "use a name from the server's configuration, or set \"name\" there");
        }
        if (response.status() == 403 && reason.isEmpty()) {
            return new Outcome.Failed(
                    "host: Ollama rejects the host name of " + where,
                    "run \"aiserver install\": haproxy.cfg must set the Host header for Ollama");
        }
        if (response.status() >= 500) {
            return new Outcome.Failed(
                    "Ollama: the proxy returns " + response.status() + (reason.isEmpty() ? "" : " (" + reason + ")"),
                    OLLAMA);
        }
        return new Outcome.Passed(where + " returns " + response.status());
    }
}
