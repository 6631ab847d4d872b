package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.UserError;
import dev.aiserver.net.RawHttpRequest;
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
    private static final Outcome GOOD = new Outcome.Passed("seen");

    private static VerifyContext at(String host, int port) {
        return VerifyContext.fromClient(
                new ServerView(host, host, new ServerSpec.Proxy(port, Set.of(EndpointSet.STRICT)), List.of(host)));
    }

    private static List<Verdict> run(VerifyContext subject, Check... checks) {
        return new Runner(subject, true, verdict -> {}).run(List.of(checks));
    }

    @Test
    void reportsInTheOrderOfTheChecksWhateverFinishesFirst() throws IOException {
        try (YesServer server = new YesServer()) {
            CountDownLatch second = new CountDownLatch(1);
            List<String> told = new ArrayList<>();
            new Runner(at("127.0.0.1", server.port()), true, verdict -> told.add(verdict.id()))
                    .run(List.of(
                            Check.of("a.slow", "waits for the other", subject -> {
                                try {
                                    return second.await(10, TimeUnit.SECONDS)
                                            ? GOOD
                                            : new Outcome.Inconclusive("never");
                                } catch (InterruptedException e) {
                                    throw new IOException(e);
                                }
                            }),
                            Check.of("a.quick", "is there at once", subject -> {
                                second.countDown();
                                return GOOD;
                            })));
            assertThat(told).containsExactly("a.slow", "a.quick");
        }
    }

    @Test
    void lacksNoVerdictWhenACheckCannotBeCarriedOut() throws IOException {
        try (YesServer server = new YesServer()) {
            List<Verdict> verdicts = run(
                    at("127.0.0.1", server.port()),
                    Check.of("a.io", "x", subject -> {
                        throw new IOException("cut off");
                    }),
                    Check.of("a.trouble", "x", subject -> {
                        throw new UserError("Get it first.");
                    }),
                    Check.of("a.bug", "x", subject -> {
                        throw new IllegalStateException("oh");
                    }),
                    Check.onServer("a.server", "x", (subject, here) -> GOOD));
            assertThat(verdicts)
                    .extracting(Verdict::outcome)
                    .containsExactly(
                            new Outcome.Inconclusive("no answer: cut off"),
                            new Outcome.Inconclusive("Get it first."),
                            new Outcome.Inconclusive("this is a bug in aiserver, please report it: "
                                    + "java.lang.IllegalStateException: oh"),
                            new Outcome.Skipped("needs the server: run \"aiserver verify\" there"));
        }
    }

    @Test
    void looksOnceAtAMachineThatCannotBeLookedAt() throws IOException {
        AtomicInteger looks = new AtomicInteger();
        try (YesServer server = new YesServer()) {
            VerifyContext subject =
                    VerifyContext.onServer(at("127.0.0.1", server.port()).client(), () -> {
                        looks.incrementAndGet();
                        throw new UserError("launchctl does not answer.");
                    });
            Check first = Check.onServer("a.first", "x", (any, here) -> GOOD);
            Check second = Check.onServer("a.second", "x", (any, here) -> GOOD);
            assertThat(run(subject, first, second))
                    .hasSize(2)
                    .allMatch(verdict ->
                            verdict.outcome().equals(new Outcome.Inconclusive("launchctl does not answer.")));
            assertThat(looks).hasValue(1);
        }
    }

    @Test
    void letsNothingRunBesideACheckThatMeasures() throws IOException {
        try (YesServer server = new YesServer()) {
            AtomicInteger running = new AtomicInteger();
            Check busy = Check.of("a.busy", "x", subject -> {
                running.incrementAndGet();
                subject.send(RawHttpRequest.get("/api/version", subject.host()));
                running.decrementAndGet();
                return GOOD;
            });
            Check alone = Check.of(
                            "a.alone",
                            "x",
                            subject -> running.get() == 0 ? GOOD : new Outcome.Failed("others run", "wait for them"))
                    .with(Check.Trait.ALONE);
            assertThat(run(at("127.0.0.1", server.port()), alone, busy)).allMatch(Verdict::isGood);
        }
    }

    @Test
    void saysFirstThatAServerCannotBeReachedAndAsksNothingMore() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Check check = Check.of("a.check", "x", subject -> GOOD);
        assertThat(run(at("127.0.0.1", port), check))
                .satisfiesExactly(
                        reach -> assertThat(reach.outcome().toString()).contains("Failed", "port: nobody listens"),
                        other -> assertThat(other.outcome()).isInstanceOf(Outcome.Inconclusive.class));
        assertThat(run(at("no-such-host.invalid", port), check).get(0).outcome().toString())
                .contains("Failed", "name: no-such-host.invalid means no address");
    }

    /** Answers every connection with this text and hangs up. */
    private static Verdict reached(String answer) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> {
                while (!socket.isClosed()) {
                    try (Socket client = socket.accept()) {
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                        client.shutdownOutput();
                        client.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        continue; // closed, or the client left
                    }
                }
            });
            server.start();
            return run(at("127.0.0.1", socket.getLocalPort()), ReachCheck.CHECK).get(0);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.0 503 Service Unavailable§§                          | Ollama: the proxy answers 503
        HTTP/1.1 503 -§X-Aiserver: model-server-down§§          | Ollama: the proxy answers 503 (model-server-down)
        HTTP/1.1 421 -§X-Aiserver: unknown-host§§               | host: the proxy does not know the name
        HTTP/1.1 403 -§§                                            | host: Ollama refuses the name
        SSH-2.0-OpenSSH_9.2§                                           | port: what listens on
        """)
    void saysWhichLayerIsTheFirstThatBreaks(String answer, String layer) throws IOException {
        assertThat(reached(answer.replace("§", "\r\n")).outcome().toString()).contains("Failed", "evidence=" + layer);
    }
}
