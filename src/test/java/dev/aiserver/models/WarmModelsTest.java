package dev.aiserver.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.ollama.KeepAlive;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.spec.ServerSpec;
import dev.aiserver.spec.SpecReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import standin.ollama.ModelServer;
import standin.ollama.model.Catalogue;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelStore;
import standin.ollama.model.OllamaSettings;

/** Runs against a server without models that follows Ollama's rules. */
class WarmModelsTest {
    private static final String STAYS = "100% on the GPU, context 65536, stays loaded";
    private static final String QWEN = "100% on the GPU, context 40960, stays loaded";
    private static final Map<String, String> ENVIRONMENT = Map.of("OLLAMA_CONTEXT_LENGTH", "65536");

    /** About a hundredth of the real limits: five minutes for a load become three seconds. */
    private static final WarmLimits LIMITS = new WarmLimits(
            Duration.ofMillis(1200), 2, Duration.ofSeconds(18), Duration.ofSeconds(5), Duration.ofMillis(10), 3, 3);

    @TempDir
    private Path directory;

    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<ModelServer> servers = new ArrayList<>();
    private WarmLimits limits = LIMITS;
    private WarmModels.Options options = WarmModels.Options.DEFAULTS;
    private Consumer<WarmEvent> also = event -> {};
    private Catalogue catalogue = Catalogue.builtIn();
    private Map<String, String> environment = ENVIRONMENT;

    @AfterEach
    void close() {
        servers.forEach(ModelServer::close);
    }

    private ModelServer server(String faults) {
        return server(0, faults);
    }

    private ModelServer server(int port, String faults) {
        try {
            ModelServer server = ModelServer.start(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    ModelStore.open(directory),
                    Faults.parse(faults),
                    OllamaSettings.of(environment).with(catalogue),
                    new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
            servers.add(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void record(WarmEvent event) {
        if (event instanceof WarmEvent.Pulling pulling) {
            events.add("pulling " + pulling.model());
        } else if (event instanceof WarmEvent.Loading loading) {
            events.add("loading " + loading.model());
        } else if (event instanceof WarmEvent.Retrying retrying) {
            events.add("retrying " + retrying.model() + ": " + retrying.reason());
        }
        also.accept(event);
    }

    private WarmModels warmModels(int port) {
        LocalHost host = new LocalHost(Map.of("PATH", directory + ":/usr/bin:/bin", "HOME", directory.toString()));
        ModelDisk disk = new ModelDisk(host, ServerSpec.defaults());
        return new WarmModels(
                new OllamaClient(new LocalHost(System.getenv()), port), disk, options, limits, this::record);
    }

    private List<WarmModels.Result> results(ModelServer server, String... models) {
        return warmModels(server.address().getPort()).warm(List.of(models));
    }

    private List<String> warm(ModelServer server, String... models) {
        return results(server, models).stream()
                .map(result -> result.model() + " "
                        + result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-') + ": " + result.detail())
                .toList();
    }

    private static List<String> requests(ModelServer server) {
        return server.requests().stream()
                .map(entry -> entry.method() + " " + entry.target())
                .toList();
    }

    private static int post(ModelServer server, String path, String body) throws IOException {
        return new RawHttpClient(server.address(), Duration.ofSeconds(10))
                .send(RawHttpRequest.post(path, "127.0.0.1", body))
                .status();
    }

    @Test
    void pullsAndLoadsMissingModels() {
        options = new WarmModels.Options(KeepAlive.FOREVER, false, 1, Duration.ZERO);
        ModelServer server = server("{}");
        assertThat(warm(server, "llama3.2:1b", "nomic-embed-text", "qwen3"))
                .containsExactly(
                        "llama3.2:1b warmed: " + STAYS,
                        "nomic-embed-text:latest warmed: " + STAYS.replace("65536", "2048"),
                        "qwen3:latest warmed: " + QWEN);
        assertThat(events.stream().distinct())
                .containsExactly(
                        "pulling llama3.2:1b",
                        "pulling nomic-embed-text:latest",
                        "pulling qwen3:latest",
                        "loading llama3.2:1b",
                        "loading nomic-embed-text:latest",
                        "loading qwen3:latest");
        assertThat(requests(server))
                .containsExactly(
                        "GET /api/tags",
                        "POST /api/pull",
                        "POST /api/pull",
                        "POST /api/pull",
                        "GET /api/tags",
                        "GET /api/ps",
                        "POST /api/show",
                        "POST /api/generate",
                        "POST /api/show",
                        "POST /api/embed",
                        "POST /api/show",
                        "POST /api/generate",
                        "GET /api/ps",
                        "POST /api/show",
                        "POST /api/show");
    }

    @Test
    void severalDownloadsRunAtOnce() {
        options = new WarmModels.Options(KeepAlive.FOREVER, false, 3, Duration.ZERO);
        List<String> open = Collections.synchronizedList(new ArrayList<>());
        List<Integer> most = new ArrayList<>();
        also = event -> {
            if (event instanceof WarmEvent.Pulling pulling && !open.contains(pulling.model())) {
                open.add(pulling.model());
            }
            if (event instanceof WarmEvent.Pulled pulled) {
                open.remove(pulled.model());
            }
            most.add(open.size());
        };
        ModelServer server = server("{\"pullDelayMillis\": 30, \"loadDelayMillis\": 30}");
        assertThat(results(server, "llama3.2:1b", "llama3.2", "gpt-oss:20b"))
                .allMatch(result -> result.outcome() == WarmModels.Outcome.WARMED);
        assertThat(Collections.max(most)).isEqualTo(3);
    }

    @Test
    void skipsWarmModelsAndRenewsExpiringOnes() throws IOException {
        ModelServer server = server("{}");
        warm(server, "llama3.2:1b", "llama3.2");
        int before = server.requests().size();
        assertThat(warm(server, "llama3.2:1b", "llama3.2"))
                .containsExactly("llama3.2:1b already-warm: " + STAYS, "llama3.2:latest already-warm: " + STAYS);
        assertThat(requests(server).subList(before, server.requests().size()))
                .containsExactly("GET /api/tags", "GET /api/ps", "GET /api/ps");

        assertThat(post(server, "/api/generate", "{\"model\":\"llama3.2\",\"keep_alive\":\"5m\"}"))
                .isEqualTo(200);
        events.clear();
        assertThat(warm(server, "LLAMA3.2:1B", "llama3.2"))
                .containsExactly("LLAMA3.2:1B already-warm: " + STAYS, "llama3.2:latest warmed: " + STAYS);
        assertThat(events).containsExactly("loading llama3.2:latest");
    }

    @Test
    void clientRequestsDoNotShortenTheKeepAlive() throws IOException {
        ModelServer server = server("{}");
        warm(server, "llama3.2");
        String chat = "{\"model\":\"llama3.2\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        assertThat(post(server, "/v1/chat/completions", chat)).isEqualTo(200);
        assertThat(post(server, "/v1/messages", chat.replaceFirst("\\{", "{\"max_tokens\":5,")))
                .isEqualTo(200);
        assertThat(warm(server, "llama3.2")).containsExactly("llama3.2:latest already-warm: " + STAYS);
    }

    @Test
    void aLimitedKeepAliveIsRenewedAndReported() {
        options = new WarmModels.Options(KeepAlive.parse("24h").orElseThrow(), false, 1, Duration.ZERO);
        ModelServer server = server("{}");
        for (int run = 0; run < 2; run++) {
            assertThat(results(server, "llama3.2")).singleElement().satisfies(result -> {
                assertThat(result.outcome()).isEqualTo(WarmModels.Outcome.WARMED);
                assertThat(result.detail()).contains(", stays loaded until 2");
            });
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                         | nope     | 0 | Ollama could not pull nope:latest: pull model manifest: file does not exist
            {"pullFailAtPercent": 60}  | llama3.2 | 0 | Ollama could not pull llama3.2:latest: max retries exceeded: unexpected EOF
            {"pullDropAtPercent": 60, "pullFaultsEveryTime": true}  | llama3.2 | 2 | Ollama could not pull llama3.2:latest: Ollama ended the download without an error message; run "aiserver warm-models" again to resume the download
            {"pullStallAtPercent": 60, "pullFaultsEveryTime": true} | llama3.2 | 2 | Ollama could not pull llama3.2:latest: no progress for 300 ms; run "aiserver warm-models" again to resume the download
            {"oomOnLoad": true}        | llama3.2 | 0 | Ollama could not load llama3.2:latest: llama runner process has terminated: error: out of memory
            {"busy503Times": 9}        | llama3.2 | 3 | Ollama could not load llama3.2:latest: server busy, please try again.  maximum pending requests exceeded
            """)
    void aFailedModelIsReportedAndDoesNotStopTheOthers(String faults, String model, int retries, String reason) {
        limits = new WarmLimits(
                Duration.ofMillis(300),
                2,
                LIMITS.load(),
                LIMITS.ollamaTimeout(),
                LIMITS.pause(),
                LIMITS.busyRetries(),
                3);
        ModelServer server = server("{}");
        warm(server, "qwen3");
        server.set(Faults.parse(faults));
        events.clear();
        assertThat(warm(server, model, "qwen3"))
                .containsExactly(model + ":latest failed: " + reason, "qwen3:latest already-warm: " + QWEN);
        assertThat(events.stream().filter(line -> line.startsWith("retrying"))).hasSize(retries);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"pullDropAtPercent": 60}  | 1 | Ollama ended the download without an error message
            {"pullStallAtPercent": 60} | 1 | no progress for 1200 ms
            {"pullBackwards": true}    | 0 |
            {"busy503Times": 2}        | 2 | server busy, please try again.  maximum pending requests exceeded
            {"loadDelayMillis": 3000}  | 0 |
            """)
    void temporaryFaultsAreRetried(String faults, int retries, String reason) {
        ModelServer server = server(faults);
        assertThat(warm(server, "llama3.2")).containsExactly("llama3.2:latest warmed: " + STAYS);
        assertThat(events.stream().filter(line -> line.startsWith("retrying")).toList())
                .isEqualTo(Collections.nCopies(retries, "retrying llama3.2:latest: " + reason));
    }

    @Test
    void aLoadThatExceedsItsLimitFails() {
        limits = new WarmLimits(
                LIMITS.stall(),
                0,
                Duration.ofMillis(500),
                LIMITS.ollamaTimeout(),
                LIMITS.pause(),
                LIMITS.busyRetries(),
                3);
        assertThat(warm(server("{\"loadDelayMillis\": 60000}"), "llama3.2"))
                .containsExactly(
                        "llama3.2:latest failed: Ollama could not load llama3.2:latest: the model was not loaded "
                                + "after 0 s; to allow more time, set a larger OLLAMA_LOAD_TIMEOUT in the configuration");
    }

    @ParameterizedTest
    @CsvSource({"'', PT30M", "10m, PT1H", "60, PT6M", "0, PT0S", "-1s, PT0S", "nonsense, PT30M"})
    void theLoadLimitFollowsOllamasTimeout(String timeout, Duration load) {
        ServerSpec defaults = ServerSpec.defaults();
        Map<String, String> environment = timeout.isEmpty() ? Map.of() : Map.of("OLLAMA_LOAD_TIMEOUT", timeout);
        ServerSpec spec = defaults.withOllama(new ServerSpec.Ollama(11434, environment));
        assertThat(WarmLimits.of(spec, Duration.ofSeconds(1), 1, Duration.ofSeconds(1))
                        .load())
                .isEqualTo(load);
    }

    @Test
    void anEvictedModelIsNotReportedAsWarm() {
        ModelServer server = server("{\"memoryLimitBytes\": 2500000000}");
        assertThat(warm(server, "llama3.2:1b", "llama3.2"))
                .containsExactly(
                        "llama3.2:1b evicted: evicted when llama3.2:latest was loaded: "
                                + "not enough memory for all models (3.34 GB on disk)",
                        "llama3.2:latest warmed: " + STAYS);
    }

    /** Ollama keeps one runner for each weights file, and lists it under the name that loaded it. */
    @Test
    void modelsWithIdenticalWeightsShareARunner() throws IOException {
        CatalogueModel first = Catalogue.builtIn().models().get(3);
        CatalogueModel second =
                CatalogueModel.of("my-coder", 1, "llama", 131_072, "completion").withWeightsOf(first);
        ModelStore store = ModelStore.open(directory);
        store.add(first);
        store.add(second);
        ModelServer server = server("{}");
        String shared = "loaded as llama3.2:latest, which has identical weights, " + STAYS;
        assertThat(warm(server, "llama3.2", "my-coder"))
                .containsExactly("llama3.2:latest warmed: " + STAYS, "my-coder:latest warmed: " + shared);
        events.clear();
        assertThat(warm(server, "my-coder")).containsExactly("my-coder:latest already-warm: " + shared);
        assertThat(events).doesNotContain("loading my-coder:latest");
        assertThat(post(server, "/api/generate", "{\"model\": \"llama3.2\", \"keep_alive\": 0}"))
                .isEqualTo(200);
        assertThat(warm(server, "my-coder", "llama3.2"))
                .containsExactly(
                        "my-coder:latest warmed: " + STAYS,
                        "llama3.2:latest warmed: " + shared.replace("llama3.2:latest", "my-coder:latest"));
    }

    /** {@code ollama create} with another SYSTEM keeps the weights, and so the runner. */
    @Test
    void aNewManifestWithIdenticalWeightsIsNotOutdated() throws IOException {
        CatalogueModel model = Catalogue.builtIn().models().get(3);
        ModelStore store = ModelStore.open(directory);
        store.add(model);
        ModelServer server = server("{}");
        assertThat(warm(server, "llama3.2")).containsExactly("llama3.2:latest warmed: " + STAYS);
        store.add(model.outdated().withWeightsOf(model));
        assertThat(warm(server, "llama3.2")).containsExactly("llama3.2:latest warmed: " + STAYS);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            '', 3
            0, 3
            2, 2
            5, 5
            """)
    void tellsOllamasModelLimitFromALackOfMemory(String variable, int limit) {
        environment = Map.of("OLLAMA_CONTEXT_LENGTH", "65536", "OLLAMA_MAX_LOADED_MODELS", variable);
        limits = new WarmLimits(
                LIMITS.stall(), 2, LIMITS.load(), LIMITS.ollamaTimeout(), LIMITS.pause(), LIMITS.busyRetries(), limit);
        List<String> names = new ArrayList<>();
        IntStream.rangeClosed(0, limit).forEach(i -> {
            names.add("small:" + i);
            catalogue = catalogue.with(CatalogueModel.of("small:" + i, 1_000_000, "llama", 65_536, "completion"));
        });
        List<String> results = warm(server("{}"), names.toArray(String[]::new));
        assertThat(results.get(0))
                .startsWith("small:0 evicted: evicted when small:1, ")
                .endsWith(": Ollama keeps at most " + limit + " models in memory; if all of yours fit, set "
                        + "ollama.environment.OLLAMA_MAX_LOADED_MODELS to their number and run \"aiserver install\"");
        assertThat(results.subList(1, limit + 1)).allMatch(result -> result.endsWith("warmed: " + STAYS));
    }

    /** The limit fits all configured models, unless the configuration sets another one. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            3, -, -, 3
            4, -, 4, 4
            9, -, 9, 9
            9, 2, 2, 2
            9, 0, 0, 3
            """)
    void aLongListOfModelsRaisesTheLimit(int models, String configured, String variable, int limit) {
        String names = IntStream.range(0, models).mapToObj(i -> "m:" + i).collect(Collectors.joining(", "));
        ServerSpec spec = SpecReader.read(
                "t.yaml",
                "models: [" + names + "]\n"
                        + (configured == null
                                ? ""
                                : "ollama: {environment: {OLLAMA_MAX_LOADED_MODELS: \"" + configured + "\"}}\n"));
        assertThat(spec.ollamaEnvironment().get("OLLAMA_MAX_LOADED_MODELS")).isEqualTo(variable);
        assertThat(WarmLimits.of(spec, Duration.ofSeconds(1), 1, Duration.ofSeconds(1))
                        .models())
                .isEqualTo(limit);
    }

    @Test
    void warnsAboutSlowModelsAndSmallContexts() {
        ModelServer server = server("{\"memoryLimitBytes\": 2500000000}");
        assertThat(results(server, "qwen3"))
                .singleElement()
                .satisfies(result -> assertThat(result.warnings())
                        .containsExactly(
                                "only 50% is on the GPU, so it is slow; use a smaller model or a smaller context",
                                "the context of 40960 tokens is smaller than the 65536 that coding tools need; "
                                        + "set OLLAMA_CONTEXT_LENGTH"));
        assertThat(results(server, "nomic-embed-text"))
                .singleElement()
                .satisfies(result -> assertThat(result.warnings()).isEmpty());
    }

    @Test
    void anUpdateAlsoReplacesALoadedModel() throws IOException {
        CatalogueModel old = CatalogueModel.of("llama3.2", 2_000_000_000, "llama", 131_072, "completion");
        CatalogueModel outdated = old.outdated();
        ModelServer server = server("{}");
        ModelStore.open(directory).add(outdated);
        assertThat(results(server, "llama3.2").get(0).inMemory().orElseThrow().digest())
                .isEqualTo(outdated.digest());

        options = new WarmModels.Options(KeepAlive.FOREVER, true, 2, Duration.ZERO);
        assertThat(results(server, "llama3.2")).singleElement().satisfies(result -> {
            assertThat(result.outcome()).isEqualTo(WarmModels.Outcome.WARMED);
            assertThat(result.inMemory().orElseThrow().digest()).isEqualTo(old.digest());
        });
    }

    @Test
    void theProbeRequestsATokenAsAClientDoes() throws IOException {
        ModelServer server = server("{\"firstTokenDelayMillis\": 120}");
        WarmModels models = warmModels(server.address().getPort());
        TokenProbe probe = new TokenProbe(server.address(), "127.0.0.1", Duration.ofSeconds(10));
        assertThat(models.probe(models.warm(List.of("llama3.2", "nomic-embed-text")), probe))
                .satisfiesExactly(
                        llama -> assertThat(llama.detail())
                                .matches("100% on the GPU.* first token after \\d{3,} ms cold and \\d{3,} ms warm"),
                        embedding -> assertThat(embedding.detail()).doesNotContain("token"));

        TokenProbe stranger = new TokenProbe(server.address(), "stranger.example", Duration.ofSeconds(10));
        assertThat(models.probe(models.warm(List.of("llama3.2")), stranger))
                .singleElement()
                .satisfies(result -> {
                    assertThat(result.outcome()).isEqualTo(WarmModels.Outcome.FAILED);
                    assertThat(result.detail()).contains("no token arrives through the proxy (the proxy answers 403");
                });
    }

    @Test
    void normalizesNamesAndRemovesDuplicates() {
        catalogue = catalogue.with(
                CatalogueModel.of("hf.co/unsloth/Qwen3-GGUF:Q4_K_M", 1_000_000, "qwen3", 65_536, "completion"));
        ModelServer server = server("{}");
        assertThat(warm(
                        server,
                        "llama3.2",
                        "llama3.2:latest",
                        "Library/LLAMA3.2",
                        "registry.ollama.ai/library/llama3.2",
                        "hf.co/unsloth/Qwen3-GGUF:Q4_K_M"))
                .containsExactly(
                        "llama3.2:latest warmed: " + STAYS, "hf.co/unsloth/Qwen3-GGUF:Q4_K_M warmed: " + STAYS);
        assertThat(warm(server)).isEmpty();
    }

    @Test
    void warmsFiftyModels() {
        List<String> names = new ArrayList<>();
        IntStream.range(0, 50).forEach(i -> {
            names.add("small:" + i);
            catalogue = catalogue.with(CatalogueModel.of("small:" + i, 1_000_000, "llama", 65_536, "completion"));
        });
        environment = Map.of("OLLAMA_CONTEXT_LENGTH", "65536", "OLLAMA_MAX_LOADED_MODELS", "50");
        assertThat(warm(server("{}"), names.toArray(String[]::new)))
                .isEqualTo(
                        names.stream().map(name -> name + " warmed: " + STAYS).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpt-oss:120b-cloud | gpt-oss:120b-cloud runs on ollama.com, not on this machine; name a local model.
            ../etc/passwd      | "../etc/passwd" is not a valid model name; write one such as qwen3-coder or llama3.2:3b.
            """)
    void anInvalidNameIsRejectedBeforeAnyRequest(String name, String message) {
        ModelServer server = server("{}");
        UserError error = catchThrowableOfType(UserError.class, () -> warm(server, "qwen3", name));
        assertThat(error).hasMessage(message);
        assertThat(error.kind()).isEqualTo(UserError.Kind.CONFIGURATION);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void reportsOllamasErrorForAFullDisk() {
        assertThat(warm(server("{\"diskFull\": true}"), "llama3.2"))
                .singleElement()
                .asString()
                .startsWith("llama3.2:latest failed: Ollama could not pull llama3.2:latest: write /")
                .endsWith("-partial: no space left on device");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exit 1                                  | warmed
            echo nonsense                           | warmed
            echo 'disk 9 9 2097152 1% /'            | warmed
            echo 'disk 9 9 1048576 1% /'            | failed
            """)
    void checksTheDiskSpaceBeforeADownload(String df, String outcome) throws IOException {
        Path program = Files.writeString(directory.resolve("df"), "#!/bin/sh\necho Filesystem\n" + df + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<Long> completed = new ArrayList<>();
        also = event -> {
            if (event instanceof WarmEvent.Pulling pulling) {
                completed.add(pulling.completed());
            }
        };
        assertThat(warm(server("{}"), "llama3.2"))
                .singleElement()
                .asString()
                .startsWith("llama3.2:latest " + outcome)
                .endsWith(
                        outcome.equals("warmed")
                                ? STAYS
                                : "not enough disk space: the downloads need 2.02 GB more, but " + directory
                                        + "/.ollama/models has 1.07 GB free");
        assertThat(Collections.max(completed) > 0).isEqualTo(outcome.equals("warmed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"crashOnPull", "crashOnLoad"})
    void continuesAfterOllamaRestarts(String fault) {
        ModelServer first = server("{}");
        int port = first.address().getPort();
        warm(first, "llama3.2:1b");
        first.set(Faults.parse("{\"" + fault + "\": true}"));
        also = event -> {
            if (event instanceof WarmEvent.Waiting && servers.size() == 1) {
                server(port, "{}");
            }
        };
        assertThat(warm(first, "llama3.2:1b", "llama3.2", "qwen3"))
                .containsExactly(
                        "llama3.2:1b warmed: " + STAYS,
                        "llama3.2:latest warmed: " + STAYS,
                        "qwen3:latest warmed: " + QWEN);
        assertThat(events).anyMatch(line -> line.startsWith("retrying llama3.2:latest: Ollama exited during the "));
        assertThat(servers).hasSize(2);
        assertThat(requests(servers.get(1)).stream().filter("POST /api/generate"::equals))
                .as("models that were loaded before are loaded again")
                .hasSize(3);
    }

    @Test
    void aModelThatAlwaysCrashesOllamaFails() {
        ModelServer first = server("{\"crashOnLoad\": true}");
        int port = first.address().getPort();
        also = event -> {
            if (event instanceof WarmEvent.Waiting) {
                server(port, servers.size() < 3 ? "{\"crashOnLoad\": true}" : "{}");
            }
        };
        assertThat(warm(first, "llama3.2", "qwen3"))
                .satisfiesExactly(
                        llama -> assertThat(llama)
                                .startsWith("llama3.2:latest failed: Ollama could not load llama3.2:latest: "
                                        + "Ollama exited during the load (")
                                .endsWith("), 3 times; see Ollama's log for the cause"),
                        qwen -> assertThat(qwen).isEqualTo("qwen3:latest warmed: " + QWEN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"crashOnPull", "crashOnLoad"})
    void aServerThatDoesNotComeBackIsUnreachable(String fault) {
        limits = new WarmLimits(LIMITS.stall(), 1, LIMITS.load(), Duration.ofMillis(300), LIMITS.pause(), 0, 3);
        unreachable(server("{\"" + fault + "\": true}").address().getPort());
    }

    @Test
    void aPortWithoutAServerIsUnreachable() throws IOException {
        unreachable(freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void unreachable(int port) {
        UserError error =
                catchThrowableOfType(UserError.class, () -> warmModels(port).warm(List.of("llama3.2:1b")));
        assertThat(error.kind()).isEqualTo(UserError.Kind.UNREACHABLE);
        assertThat(error.sentence())
                .startsWith("Ollama does not answer on 127.0.0.1:" + port + " (")
                .endsWith("); run \"aiserver status\" and look at Ollama's log, then try again.");
    }

    @Test
    void waitsForAServerThatIsStarting() throws IOException {
        int port = freePort();
        options = new WarmModels.Options(KeepAlive.FOREVER, false, 2, Duration.ofSeconds(10));
        also = event -> {
            if (event instanceof WarmEvent.Waiting) {
                server(port, "{}");
            }
        };
        assertThat(warmModels(port).warm(List.of("llama3.2"))).hasSize(1).allMatch(WarmModels.Result::isGood);
    }
}
