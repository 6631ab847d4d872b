package dev.aiserver.cli;

import dev.aiserver.app.Verifier.VerifyRequest;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.verify.Selection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Holds the options that say which server is verified, and how. */
final class VerifyOptions {
    @Option(
            names = "--only",
            paramLabel = "ID",
            split = ",",
            description = "Run only these checks; * matches anything, as in 'bindings.*'.")
    private List<String> only = List.of();

    @Option(names = "--no-inference", description = "Skip the checks that send prompts to a model.")
    private boolean noInference;

    @Option(
            names = "--max-latency",
            paramLabel = "MS",
            description = "Fail if the proxy adds more than this to a response (default: warn above 1 ms).")
    private @Nullable Double maxLatency;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "Verify another server from this machine, as a client sees it: NAME:PORT or http://NAME:PORT.")
    private @Nullable String url;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "With --url: the configuration of that server (default: the strict defaults).")
    private @Nullable Path config;

    /**
     * Returns the request for one host.
     *
     * @param machine the host as given to {@code --host}; empty for this machine
     * @throws UserError of kind CONFIGURATION if the configuration cannot be read, or would be ignored
     */
    VerifyRequest request(Optional<String> machine) {
        if (config != null && url == null && machine.isEmpty()) {
            throw new UserError(
                    UserError.Kind.CONFIGURATION,
                    "--config requires --url; for the installed server, aiserver reads the receipt.");
        }
        ServerSpec spec = config == null ? ServerSpec.defaults() : ConfigurationFile.read(config, machine);
        return new VerifyRequest(
                Optional.ofNullable(url), spec, new Selection(only, !noInference), Optional.ofNullable(maxLatency));
    }

    /** Returns the configuration that may name hosts; with {@code --url}, it describes another server. */
    Optional<Path> inventory() {
        return url == null ? Optional.ofNullable(config) : Optional.empty();
    }
}
