package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.Patience;
import dev.aiserver.service.PropertyList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The lines that Ollama writes when it has answered a request: {@code [GIN] time | status | duration | client | method
 * "path?query"}, on one of its two outputs.
 */
final class OllamaLog {
    private static final String NEWEST_BYTES = "4000000";
    private static final Patience PATIENCE = new Patience(Duration.ofMillis(20));

    private final Server server;

    OllamaLog(Server server) {
        this.server = server;
    }

    /** All lines about requests that carry this text. */
    List<String> lines(String text) {
        PropertyList plist = server.propertyList(Server.OLLAMA);
        return Stream.of("StandardOutPath", "StandardErrorPath")
                .map(plist::value)
                .filter(path -> !path.isEmpty())
                .distinct()
                .map(path -> server.host().run(Command.of("tail", "-c", NEWEST_BYTES, path)))
                .filter(CommandResult::succeeded)
                .flatMap(tail -> tail.text().lines())
                .filter(line -> line.startsWith("[GIN]") && line.contains(text))
                .toList();
    }

    /** The first such line, if it comes within the time. */
    Optional<String> await(String text, Duration limit) {
        PATIENCE.await(limit, () -> !lines(text).isEmpty());
        return lines(text).stream().findFirst();
    }
}
