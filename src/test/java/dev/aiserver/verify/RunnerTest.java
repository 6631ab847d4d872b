package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.LocalHost;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.net.RawHttpRequest;
import dev.aiserver.plan.Receipt;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunnerTest {
    private static final Outcome PASSED = new Outcome.Passed("seen");

    private static VerifyContext at(String host, int port) {
        return VerifyContext.fromClient(
                new ServerView(host, host, new ServerSpec.Proxy(port, Set.of(EndpointSet.STRICT)), List.of(host)));
    }

    private static List<Verdict> run(VerifyContext context, Check... checks) {
        return new Runner(context, true, verdict -> {}).run(List.of(checks));
    }

    @Test
    void reportsInTheOrderOfTheChecks() throws IOException {
        try (YesServer server = new YesServer()) {
            CountDownLatch second = new CountDownLatch(1);
            List<String> reported = new ArrayList<>();
            new Runner(at("127.0.0.1", server.port()), true, verdict -> reported.add(verdict.id()))
                    .run(List.of(
                            Check.of("a.slow", "waits for the other check", context -> {
                                try {
                                    return second.await(10, TimeUnit.SECONDS)
                                            ? PASSED
                                            : new Outcome.Inconclusive("never");
                                } catch (InterruptedException e) {
                                    throw new IOException(e);
                                }
                            }),
                            Check.of("a.quick", "finishes at once", context -> {
                                second.countDown();
                                return PASSED;
                            })));
            assertThat(reported).containsExactly("a.slow", "a.quick");
        }
    }

    @Test
    void everyCheckHasAVerdictEvenIfItThrows() throws IOException {
        try (YesServer server = new YesServer()) {
            List<Verdict> verdicts = run(
                    at("127.0.0.1", server.port()),
                    Check.of("a.io", "x", context -> {
                        throw new IOException("cut off");
                    }),
                    Check.of("a.user-error", "x", context -> {
                        throw new UserError("Get it first.");
                    }),
                    Check.of("a.bug", "x", context -> {
                        throw new IllegalStateException("oh");
                    }),
                    Check.onServer("a.server", "x", (context, here) -> PASSED));
            assertThat(verdicts)
                    .extracting(Verdict::outcome)
                    .containsExactly(
                            new Outcome.Inconclusive("no response: cut off"),
                            new Outcome.Inconclusive("Get it first."),
                            new Outcome.Inconclusive(
                                    "bug in aiserver, please report it: " + "java.lang.IllegalStateException: oh"),
                            new Outcome.Skipped("needs the server: run \"aiserver verify\" there"));
        }
    }

    @Test
    void inspectsAMachineOnlyOnceIfThatFails() throws IOException {
        AtomicInteger inspections = new AtomicInteger();
        try (YesServer server = new YesServer()) {
            VerifyContext context = VerifyContext.onServer(
                    at("127.0.0.1", server.port()).client(),
                    new ServerHost(new LocalHost(System.getenv()), Receipt.NONE, ServerSpec.defaults()));
            Query<Outcome> read = Query.through(host -> {
                inspections.incrementAndGet();
                throw new UserError("launchctl does not answer.");
            });
            Check first = Check.onServer("a.first", "x", here -> read);
            Check second = Check.onServer("a.second", "x", here -> read);
            assertThat(run(context, first, second))
                    .hasSize(2)
                    .allMatch(verdict ->
                            verdict.outcome().equals(new Outcome.Inconclusive("launchctl does not answer.")));
            assertThat(inspections).hasValue(1);
        }
    }

    @Test
    void runsACheckThatMeasuresAlone() throws IOException {
        try (YesServer server = new YesServer()) {
            AtomicInteger running = new AtomicInteger();
            Check busy = Check.of("a.busy", "x", context -> {
                running.incrementAndGet();
                context.send(RawHttpRequest.get("/api/version", context.host()));
                running.decrementAndGet();
                return PASSED;
            });
            Check alone = Check.of(
                            "a.alone",
                            "x",
                            context -> running.get() == 0 ? PASSED : new Outcome.Failed("others run", "wait for them"))
                    .with(Check.Trait.ALONE);
            assertThat(run(at("127.0.0.1", server.port()), alone, busy)).allMatch(Verdict::isGood);
        }
    }

    @Test
    void reportsAnUnreachableServerFirstAndSkipsTheRest() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Check check = Check.of("a.check", "x", context -> PASSED);
        assertThat(run(at("127.0.0.1", port), check))
                .satisfiesExactly(
                        reach -> assertThat(reach.outcome().toString()).contains("Failed", "port: no listener"),
                        other -> assertThat(other.outcome()).isInstanceOf(Outcome.Inconclusive.class));
        assertThat(run(at("no-such-host.invalid", port), check).get(0).outcome().toString())
                .contains("Failed", "name: no-such-host.invalid does not resolve");
    }

    /** Runs the reach check against a server that sends this text and closes the connection. */
    private static Verdict reach(String response) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> {
                while (!socket.isClosed()) {
                    try (Socket client = socket.accept()) {
                        client.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
                        client.shutdownOutput();
                        client.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        continue; // closed, or the client disconnected
                    }
                }
            });
            server.start();
            return run(at("127.0.0.1", socket.getLocalPort()), ReachCheck.CHECK).get(0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.0 503 Service Unavailable§§                          | Ollama: the proxy returns 503
        HTTP/1.1 503 -§X-Aiserver: model-server-down§§          | Ollama: the proxy returns 503 (model-server-down)
        HTTP/1.1 421 -§X-Aiserver: unknown-host§§               | host: the proxy rejects the host name
        HTTP/1.1 403 -§§                                            | host: Ollama rejects the host name
        SSH-2.0-OpenSSH_9.2§                                           | port: the listener on
        """)
    void namesTheFirstLayerThatFails(String response, String layer) throws IOException {
        assertThat(reach(response.replace("§", "\r\n")).outcome().toString()).contains("Failed", "evidence=" + layer);
    }
}
