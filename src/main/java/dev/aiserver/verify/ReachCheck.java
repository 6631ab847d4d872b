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

/** Whether the server answers at all, and if not, which layer is the first that does not. */
public final class ReachCheck {
    public static final String ID = "reach.server";

    private static final String OLLAMA = "look at \"aiserver status\" and at Ollama's log on the server";

    static final Check CHECK = Check.of(ID, "the server can be reached", ReachCheck::prove);

    private ReachCheck() {}

    private static Outcome prove(VerifyContext subject) {
        ServerView client = subject.client();
        String where = client.address() + ":" + client.proxy().port();
        try {
            InetAddress address = InetAddress.getByName(client.address());
            LivenessRequest knock = client.knock();
            RawHttpResponse answer = subject.send(knock.call(client.host()));
            return judge(answer, client.host() + " (" + address.getHostAddress() + ")");
        } catch (UnknownHostException e) {
            return new Outcome.Failed(
                    "name: " + client.address() + " means no address on this machine",
                    "connect Tailscale on this machine, or name the server so in the tailnet or in /etc/hosts");
        } catch (IOException e) {
            return unreached(subject, where, e);
        }
    }

    /** A machine without the address refuses a connection to it as well as one on which nobody listens. */
    private static Outcome unreached(VerifyContext subject, String where, IOException e) {
        AddressState own = subject.server().map(ServerHost::address).orElse(new AddressState.Present());
        if (!(own instanceof AddressState.Present)) {
            return new Outcome.Failed("network: " + own.problem(), own.remedy());
        }
        if (e instanceof ConnectException) {
            return new Outcome.Failed(
                    "port: nobody listens on " + where + " (" + e.getMessage() + ")",
                    "look at \"aiserver status\" on the server: com.haproxy does not run, or on another address");
        }
        if (e instanceof EOFException || String.valueOf(e.getMessage()).startsWith("Connection reset")) {
            return new Outcome.Failed(
                    "port: " + where + " accepts connections and closes them at once (" + e.getMessage() + ")",
                    "run \"aiserver verify\" on the server; if all is well there, its network.clients does not let "
                            + "this machine in");
        }
        ServerView client = subject.client();
        if (!PortProbe.isOpen(client.address(), client.proxy().port())) {
            return new Outcome.Failed(
                    "network: no answer from " + where + " (" + e.getMessage() + ")",
                    "connect Tailscale on both machines, and let this one reach the server in its access rules");
        }
        return e instanceof SocketTimeoutException
                ? new Outcome.Failed(
                        "Ollama: " + where + " takes connections and gives no answer (" + e.getMessage() + ")", OLLAMA)
                : new Outcome.Failed(
                        "port: what listens on " + where + " is no proxy (" + e.getMessage() + ")",
                        "look at \"aiserver status\" on the server: somebody else has the port");
    }

    private static Outcome judge(RawHttpResponse answer, String where) {
        String mark = answer.header("x-aiserver");
        if (answer.status() == 421) {
            return new Outcome.Failed(
                    "host: the proxy does not know the name of " + where,
                    "use a name that the server is installed with, or set \"name\" in its configuration");
        }
        if (answer.status() == 403 && mark.isEmpty()) {
            return new Outcome.Failed(
                    "host: Ollama refuses the name of " + where,
                    "run \"aiserver install\": haproxy.cfg must set the Host header for Ollama");
        }
        if (answer.status() >= 500) {
            return new Outcome.Failed(
                    "Ollama: the proxy answers " + answer.status() + (mark.isEmpty() ? "" : " (" + mark + ")"), OLLAMA);
        }
        return new Outcome.Passed(where + " answers " + answer.status());
    }
}
