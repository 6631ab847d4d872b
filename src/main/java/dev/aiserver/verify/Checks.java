package dev.aiserver.verify;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which checks a server has to pass, in the order in which they are reported: from the ground up, so that the first
 * that fails is the one to mend first; what measures comes last.
 */
public final class Checks {
    private Checks() {}

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
