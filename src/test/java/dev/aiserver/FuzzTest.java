package dev.aiserver;

import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.HostIdentity;
import dev.aiserver.host.ProgramAudit;
import dev.aiserver.host.UserError;
import dev.aiserver.host.ssh.SshParsers;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.AbandonedRequest;
import dev.aiserver.net.HttpExchange;
import dev.aiserver.net.Interfaces;
import dev.aiserver.net.Lsof;
import dev.aiserver.net.RawHttpClient;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.net.ResponseLines;
import dev.aiserver.net.Tailscale;
import dev.aiserver.ollama.OllamaClient;
import dev.aiserver.plan.StateStore;
import dev.aiserver.proxy.AccessLogLine;
import dev.aiserver.report.SavedPlan;
import dev.aiserver.server.ManagedResources;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.LoadedJobs;
import dev.aiserver.service.PropertyList;
import dev.aiserver.spec.SpecReader;
import dev.aiserver.standin.TailscaleStatus;
import dev.aiserver.value.GoDuration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that each parser returns a value or a one-sentence error for any input, within a time limit: no other exception,
 * no hang, no exhausted stack or memory. {@code -Dfuzz.seconds} is the time for all parsers together; {@code -Dfuzz.seed}
 * repeats an input that a failure has named.
 */
class FuzzTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 20);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    /** Limits one input, which takes a few milliseconds, on a busy machine. */
    private static final int LIMIT_SECONDS = 30;

    private static final InetSocketAddress ANYWHERE = InetSocketAddress.createUnresolved("127.0.0.1", 1);
    private static final RawHttpRequest CALL = RawHttpRequest.get("/", "h");

    @TempDir
    private static Path directory;

    /** Reads an input; any exception but {@link UserError} and {@link IOException} is a bug. */
    private interface Reading {
        void read(byte[] input) throws IOException;
    }

    private record Parser(String name, List<byte[]> samples, Reading reading) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Parser> parsers() {
        List<byte[]> lsof = files("lsof", ".txt");
        List<byte[]> print = files("launchctl-print", ".txt");
        List<byte[]> lists = files("golden", ".plist");
        List<byte[]> yaml = files("spec", ".yaml");
        List<byte[]> records = files("receipts", ".json");
        List<byte[]> answers = answers();
        List<byte[]> bodies = bodies();
        List<byte[]> knownHosts = texts(
                "mac-studio,10.0.0.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDzZ8sEFsCrLyUFJZYkQyPsPcHKqjIpbGy0JbTOWGCGd ann\n",
                "@revoked * ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAQQ==\n@cert-authority *.example.com,!bad ssh-ed25519 AAAA\n",
                "|1|c2FsdA==|4JtQHy5VLZP0PZ5AIS0gNSnKqps= ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=\n# no\n");
        List<byte[]> facts = texts(
                "Darwin arm64\nuid=501(ann) gid=20(staff) groups=20(staff)\n/Users/ann\n15.5\n# lsof\n/usr/sbin/lsof\n"
                        + "/usr/sbin\n/usr\n/\n# tail\n#\n-rwxr-xr-x  1 0  0  1 Jan  1 00:00 /usr/sbin/lsof\n");
        List<byte[]> plans =
                texts("{\"command\": \"plan\", \"outcome\": \"planned\", \"version\": \"0.1.0\", \"edits\": \"NONE\","
                        + " \"configuration\": {\"name\": \"ai\", \"models\": []}, \"changes\": [{\"name\": \"a\"}]}");
        return List.of(
                new Parser("lsof", lsof, input -> new SayingHost(input).ask(Lsof.listeners())),
                new Parser("launchctl print", print, FuzzTest::readLaunchctl),
                new Parser("Tailscale", tailscale(), FuzzTest::readTailscale),
                new Parser(
                        "interfaces",
                        texts(
                                "lo0: flags=8049<UP> mtu 16384\n\tinet 127.0.0.1 netmask 0xff000000\n\tinet6 fe80::1%lo0 prefixlen 64\n",
                                "2: eth0@if3: <UP> mtu 1500\n    inet 10.0.0.1/24 scope global eth0\n    inet6 fe80::2/64 scope link\n"),
                        input -> FuzzTest.readInterfaces(input)),
                new Parser("facts", facts, input -> {
                    HostIdentity read = HostIdentity.read(new CommandResult(0, input, new byte[0]));
                    ProgramAudit.read(new String(input, StandardCharsets.UTF_8), read);
                }),
                new Parser("property list", lists, input -> PropertyList.parse(text(input))),
                new Parser(
                        "known_hosts", knownHosts, input -> SshParsers.knownHosts(directory.resolve("hosts"), input)),
                new Parser("SSH sections", print, SshParsers::sections),
                new Parser("SSH answers", SshParsers.samples(), SshParsers::answers),
                new Parser("HTTP answers", answers, FuzzTest::readHttp),
                new Parser("Ollama's JSON", bodies, input -> readOllama(http(input))),
                new Parser("Ollama's answers", answers, FuzzTest::readOllama),
                new Parser("YAML", yaml, input -> {
                    SpecReader.inventory("aiserver.yaml", text(input));
                    SpecReader.recorded("receipt.json", text(input));
                }),
                new Parser("records", records, FuzzTest::readRecords),
                new Parser("saved plan", plans, input -> SavedPlan.parse("plan.json", text(input))),
                new Parser(
                        "access log",
                        texts(
                                "{\"time\":1.002,\"client\":\"100.64.0.2\",\"method\":\"GET\",\"path\":\"/v1\",\"status\":200,"
                                        + "\"bytes_in\":1,\"bytes_out\":2,\"connect_ms\":0,\"first_byte_ms\":-1,\"total_ms\":3,"
                                        + "\"end\":\"----\",\"running\":1}"),
                        input -> AccessLogLine.parse(text(input))),
                new Parser("durations", texts("1h30m", "-1.5s", "24h"), input -> GoDuration.parse(text(input))));
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static List<byte[]> texts(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static List<byte[]> files(String folder, String ending) {
        try (Stream<Path> files = Files.walk(RESOURCES.resolve(folder))) {
            List<byte[]> contents = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().endsWith(ending)) {
                    contents.add(Files.readAllBytes(file));
                }
            }
            return contents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> tailscale() {
        List<byte[]> samples = new ArrayList<>(
                texts(
                        TailscaleStatus.running("100.101.102.103"),
                        TailscaleStatus.needsLogin(),
                        TailscaleStatus.stopped("100.101.102.103"),
                        "{\"Foreground\": {\"s\": {\"Web\": {\"m:443\": {\"Handlers\": {\"/\": {\"Proxy\": \"http://x:1\"}}}}}}}"));
        samples.add("Usage: tailscale".getBytes(StandardCharsets.UTF_8));
        return samples;
    }

    /** Returns recorded responses of a real Ollama, each a JSON document with status, headers and body. */
    private static List<JsonNode> recordings() {
        try {
            List<JsonNode> recordings = new ArrayList<>();
            for (byte[] file : files("ollama-0.33.0-rc2", ".json")) {
                recordings.add(JsonMapper.builder().build().readTree(file).path("answer"));
            }
            return recordings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<byte[]> bodies() {
        return recordings().stream()
                .map(answer -> answer.path("body").asText().getBytes(StandardCharsets.UTF_8))
                .filter(body -> body.length > 0)
                .toList();
    }

    private static List<byte[]> answers() {
        List<byte[]> answers = new ArrayList<>();
        for (JsonNode answer : recordings()) {
            StringBuilder head =
                    new StringBuilder("HTTP/1.1 " + answer.path("status").asInt() + " X\r\n");
            answer.path("headers")
                    .forEach(header -> head.append(
                            header.path(0).asText() + ": " + header.path(1).asText() + "\r\n"));
            String body = answer.path("body").asText();
            boolean chunked = answer.path("framing").asText().equals("chunked");
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            answers.add(
                    (head + "\r\n" + (chunked ? Integer.toHexString(length) + "\r\n" + body + "\r\n0\r\n\r\n" : body))
                            .getBytes(StandardCharsets.UTF_8));
        }
        return answers;
    }

    private static byte[] http(byte[] body) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(
                ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        answer.writeBytes(body);
        return answer.toByteArray();
    }

    private static void readLaunchctl(byte[] input) {
        LaunchctlPrint.parse(input);
        LaunchctlPrint.disabledLabels(input);
        SayingHost host = new SayingHost(input);
        host.ask(new LoadedJobs(501).status("com.ollama"));
        host.ask(new LoadedJobs(501).owner(List.of(1, 2, 3)));
    }

    private static void readTailscale(byte[] input) throws IOException {
        SayingHost host = new SayingHost(input);
        each(() -> host.ask(Tailscale.node()), () -> host.ask(Tailscale.forwardings()));
    }

    private static void readInterfaces(byte[] input) {
        SayingHost host = new SayingHost(input);
        host.ask(Interfaces.addresses(host.facts()));
    }

    private static void readHttp(byte[] input) throws IOException {
        RawHttpClient probe = new RawHttpClient(new SayingHost(input), ANYWHERE, Duration.ofSeconds(1));
        each(() -> probe.send(CALL).text(), () -> probe.sendAndReadResponses(CALL.bytes(), 5), () -> {
            try (HttpExchange exchange = probe.open(CALL)) {
                ResponseLines lines = exchange.lines();
                while (lines.next() != null) {
                    continue;
                }
            }
        });
        try (AbandonedRequest departure = probe.abandon(CALL, Duration.ofSeconds(1))) {
            departure.readUntilClosed();
        }
    }

    private static void readOllama(byte[] answer) throws IOException {
        OllamaClient ollama = new OllamaClient(new SayingHost(answer), 1);
        each(
                ollama::version,
                ollama::isCloudDisabled,
                ollama::installed,
                () -> ollama.loaded().forEach(model -> {
                    model.neverExpires();
                    model.percentOnGpu();
                }),
                () -> ollama.details("m"),
                () -> ollama.load(
                        "m", java.util.Set.of(), dev.aiserver.ollama.KeepAlive.FOREVER, Duration.ofSeconds(1)),
                () -> ollama.pull("m", Duration.ofSeconds(1), progress -> {}));
    }

    private static void readRecords(byte[] input) throws IOException {
        SayingHost host = new SayingHost(input);
        Layout layout = new Layout(host.facts().home());
        StateStore records = StateStore.in(host, layout.state(), Clock.systemUTC(), new ManagedResources(layout));
        each(
                () -> host.ask(records.receipts().read()),
                () -> host.ask(records.journals().open()),
                () -> host.ask(records.lock().other()));
    }

    private interface Step {
        void go() throws IOException;
    }

    /** Runs all steps, even if one of them fails. */
    private static void each(Step... steps) {
        for (Step step : steps) {
            try {
                step.go();
            } catch (UserError | IOException expected) {
                continue;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("parsers")
    void everyInputGivesAValueOrOneSentence(Parser parser) throws IOException, InterruptedException {
        ExecutorService reader = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, parser.name());
            thread.setDaemon(true);
            return thread;
        });
        long end = System.nanoTime()
                + TimeUnit.SECONDS.toNanos(SECONDS) / parsers().size();
        long seed = SEED;
        long slow = seed;
        long slowest = 0;
        do {
            byte[] input = new Mutator(seed, parser.samples()).next();
            long start = System.nanoTime();
            Optional<Throwable> bug = bug(reader, parser, input);
            if (System.nanoTime() - start > slowest) {
                slowest = System.nanoTime() - start;
                slow = seed;
            }
            if (bug.isPresent()) {
                Path saved =
                        Files.write(Path.of("target", "fuzz-" + parser.name().replaceAll("\\W", "-")), input);
                fail(parser + " with -Dfuzz.seed=" + seed + " (the input is in " + saved + ")", bug.get());
            }
            seed++;
        } while (System.nanoTime() < end);
        System.out.println(parser + ": " + (seed - SEED) + " inputs, the slowest in " + slowest / 1_000_000
                + " ms with -Dfuzz.seed=" + slow);
        reader.shutdownNow();
    }

    private static Optional<Throwable> bug(ExecutorService reader, Parser parser, byte[] input)
            throws InterruptedException {
        try {
            reader.submit(() -> {
                        parser.reading().read(input);
                        return true;
                    })
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            Throwable thrown = e.getCause();
            boolean isExpected = thrown instanceof UserError || thrown instanceof IOException;
            return isExpected ? Optional.empty() : Optional.ofNullable(thrown);
        } catch (TimeoutException e) {
            return Optional.of(new IllegalStateException("takes more than " + LIMIT_SECONDS + " s", e));
        }
    }
}
