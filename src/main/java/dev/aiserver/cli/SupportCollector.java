package dev.aiserver.cli;

import dev.aiserver.app.Verifier.VerifyRequest;
import dev.aiserver.report.DebugLog;
import dev.aiserver.report.StatusText;
import dev.aiserver.report.SupportBundle;
import dev.aiserver.report.VerdictText;
import dev.aiserver.server.SupportInfo;
import dev.aiserver.verify.Selection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Collects what a support bundle holds of a host.
 *
 * @param version of aiserver
 */
record SupportCollector(DebugLog debug, String version) {

    SupportBundle collect(UseCases host) {
        SupportInfo info = host.supportInfo();
        String versions = info.versions();
        // Read before the checks, whose requests would fill the log of the proxy.
        Map<String, String> logs = info.logEnds();
        VerifyRequest request = VerifyRequest.ofInstalled(new Selection(List.of(), false));
        return SupportBundle.of(
                        version,
                        versions,
                        document(
                                "status",
                                () -> StatusText.document(host.status().look())),
                        document(
                                "verify",
                                () -> VerdictText.document(host.verifier().run(request, verdict -> {}))),
                        logs)
                .redacted(host.layout().home());
    }

    /** Returns the document that a command would print, also if it ends with an error. */
    private Map<String, Object> document(String command, Supplier<Map<String, Object>> document) {
        try {
            return document.get();
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError thrown) {
            return Failure.of(thrown, debug).document(command);
        }
    }
}
