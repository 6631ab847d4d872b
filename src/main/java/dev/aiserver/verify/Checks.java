package dev.aiserver.verify;

import java.util.List;
import java.util.stream.Stream;

/**
 * Lists the checks that a server must pass, in the order of the report. The order is bottom-up, so the first failed
 * check is the one to fix first. Measurements come last, because they need an idle machine.
 */
public final class Checks {
    private Checks() {}

    /** Returns the checks for a server with these names and open endpoints. */
    public static List<Check> of(ServerView client) {
        return Stream.of(
                        List.of(ReachCheck.CHECK),
                        ServiceChecks.all(),
                        BindingChecks.all(),
                        NetworkChecks.all(client),
                        NameChecks.all(client),
                        EndpointChecks.all(client.proxy()),
                        PrivacyChecks.all(),
                        HeadlessChecks.all(),
                        OpenAiChecks.all(client),
                        AnthropicChecks.all(client),
                        ForbiddenChecks.all(client),
                        AbuseChecks.all(client),
                        List.of(ArrivalCheck.CHECK),
                        StreamingChecks.all(client),
                        List.of(LatencyCheck.CHECK))
                .flatMap(List::stream)
                .toList();
    }
}
