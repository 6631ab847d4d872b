package dev.aiserver.app;

import dev.aiserver.server.Verify;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Selection;
import dev.aiserver.verify.Verdict;
import dev.aiserver.verify.VerifyContext;
import java.util.Optional;
import java.util.function.Consumer;

/** Carries out a verification. */
public final class Verifier {
    private final Verify verify;

    public Verifier(Verify verify) {
        this.verify = verify;
    }

    /**
     * A request to verify a server.
     *
     * @param url of another server, which is verified as its clients see it; empty for the installed server
     * @param spec of the other server
     * @param maxLatency above which the latency of the proxy is a failure, in milliseconds
     */
    public record VerifyRequest(
            Optional<String> url, ServerSpec spec, Selection selection, Optional<Double> maxLatency) {

        /** Returns a request for the installed server. */
        public static VerifyRequest ofInstalled(Selection selection) {
            return new VerifyRequest(Optional.empty(), ServerSpec.defaults(), selection, Optional.empty());
        }
    }

    /**
     * Verifies the server.
     *
     * @param progress receives each verdict as soon as it is known
     * @throws dev.aiserver.host.UserError if nothing is installed, or if the request is not valid
     */
    public VerifyResult run(VerifyRequest request, Consumer<Verdict> progress) {
        VerifyContext subject = request.url()
                .map(url -> Verify.fromClient(url, request.spec()))
                .orElseGet(() -> verify.installed(request.selection()));
        VerifyContext context =
                request.maxLatency().map(subject::withMaxLatency).orElse(subject);
        return VerifyResult.of(context.client(), verify.verify(context, request.selection(), progress));
    }
}
