package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spoils one thing after the other, and demands that exactly the checks fail that are there for it. */
@Tag("haproxy")
@Tag("slow")
class SabotageTest {

    @FunctionalInterface
    private interface Deed {
        void spoil(World world) throws Exception;
    }

    /**
     * One thing that is spoilt.
     *
     * @param caught patterns of the ids that must fail or warn; nothing else may
     */
    private record Sabotage(String name, String caught, Deed deed) {}

    /**
     * What measures can fail on a busy machine without any sabotage, the engine of a model is there as soon as one has
     * been asked, and an old HAProxy loses refusals; each must be caught where it is named.
     */
    private static final Set<String> NOISY = Set.of(
            "performance.latency",
            "streaming.flow",
            "streaming.side-by-side",
            "bindings.engines",
            "blocked.refused-body");

    private static List<Sabotage> sabotages() {
        List<Sabotage> all = new ArrayList<>();
        all.addAll(services());
        all.addAll(network());
        all.addAll(proxy());
        all.addAll(engine());
        return all;
    }

    private static Sabotage of(String name, String caught, Deed deed) {
        return new Sabotage(name, caught, deed);
    }

    private static List<Sabotage> services() {
        return List.of(
                of(
                        "Ollama is stopped",
                        "reach.server services.com.ollama",
                        world -> world.afterwards(() -> world.stop(ServerHost.OLLAMA))),
                of(
                        "HAProxy is stopped",
                        "reach.server services.com.haproxy",
                        world -> world.afterwards(() -> world.stop(ServerHost.HAPROXY))),
                of(
                        "processes come and go",
                        "services.stable.* services.logs.*? bindings.ollama bindings.haproxy bindings.others",
                        world -> {
                            int[] pid = {900_000};
                            world.afterwards(() -> world.host()
                                    .change("launchctl", text -> text.replaceAll("pid = \\d+", "pid = " + pid[0]++)));
                        }),
                of(
                        "processes are root's",
                        "services.user.*",
                        world -> world.host().answer("ps", "4711")),
                of(
                        "com.ollama is not kept alive",
                        "services.keep-alive.com.ollama",
                        world -> world.ollamaPlist("<key>KeepAlive</key>", "<key>KeepAlife</key>")),
                of(
                        "com.haproxy is not kept alive",
                        "services.keep-alive.com.haproxy",
                        world -> world.haproxyPlist("<key>KeepAlive</key>", "<key>KeepAlife</key>")),
                of(
                        "com.ollama is throttled",
                        "services.process-type.com.ollama",
                        world -> world.ollamaPlist("Interactive", "Background")),
                of(
                        "com.haproxy is throttled",
                        "services.process-type.com.haproxy",
                        world -> world.haproxyPlist("Interactive", "Background")),
                of(
                        "com.ollama has launchd's limits",
                        "services.limits.com.ollama",
                        world -> world.ollamaPlist("<integer>16384</integer>", "<integer>1024</integer>")),
                of(
                        "com.haproxy has no limits",
                        "services.limits.com.haproxy",
                        world -> world.haproxyPlist("ResourceLimits", "Resources")),
                of(
                        "haproxy.cfg was edited",
                        "services.files",
                        world -> world.afterwards(
                                () -> world.write(world.layout().haproxyCfg(), "# edited", "rw-------"))),
                of(
                        "anybody may write haproxy.cfg",
                        "services.permissions",
                        world -> world.afterwards(() -> {
                            Path cfg = world.layout().haproxyCfg();
                            world.write(cfg, text(world.host(), cfg), "rw-rw-rw-");
                        })),
                of(
                        "anybody may write Ollama's program",
                        "services.permissions",
                        world -> world.afterwards(
                                () -> world.write(world.ollama(), text(world.host(), world.ollama()), "rwxrwxrwx"))),
                of(
                        "anybody may write a log",
                        "privacy.logs",
                        world -> world.afterwards(
                                () -> world.write(world.log(), text(world.host(), world.log()), "rw-rw-rw-"))),
                of("a log is another file as well", "privacy.logs", world -> {
                    Path second = world.logs().resolve("second");
                    world.afterwards(() -> Files.createLink(second, world.log()));
                    world.closeLater(() -> Files.delete(second));
                }),
                of("a log is a link", "privacy.logs", world -> {
                    Path log = world.logs().resolve("ollama.stdout.log");
                    Path aside = world.logs().resolve("aside");
                    world.afterwards(() -> {
                        Files.move(log, aside);
                        Files.createSymbolicLink(log, aside);
                    });
                    world.closeLater(() -> Files.move(aside, log, StandardCopyOption.REPLACE_EXISTING));
                }),
                of("anybody may write the folder above the logs", "privacy.logs", world -> {
                    Path above = world.logs().getParent();
                    world.afterwards(
                            () -> Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwxrwxrwx")));
                    world.closeLater(
                            () -> Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx------")));
                }),
                of(
                        "logs were replaced while the services ran",
                        "services.logs.* blocked.arrivals? streaming.*?",
                        world -> {
                            List<String> names = List.of("ollama.stderr.log", "ollama.stdout.log", "haproxy.log");
                            world.afterwards(() -> {
                                for (String name : names) {
                                    Path log = world.logs().resolve(name);
                                    Files.move(log, world.logs().resolve(name + ".aside"));
                                    world.write(log, "", "rw-------");
                                }
                            });
                            for (String name : names) {
                                Path aside = world.logs().resolve(name + ".aside");
                                world.closeLater(() -> Files.move(
                                        aside, world.logs().resolve(name), StandardCopyOption.REPLACE_EXISTING));
                            }
                        }),
                of(
                        "the programs of the services are gone",
                        "services.program.*",
                        world -> world.host()
                                .change("sh", text -> text.replaceAll("(# /\\S*/(ollama|haproxy)\n)(/.*\n)+", "$1"))),
                of("another Ollama starts at login", "services.conflicts", world -> {
                    Path plist = world.layout().launchAgents().resolve("org.ann.llm.plist");
                    world.afterwards(() -> world.write(
                            plist,
                            "<plist><dict><key>Label</key><string>org.ann.llm</string><key>RunAtLoad</key><true/>"
                                    + "<key>ProgramArguments</key><array><string>ollama</string><string>serve</string>"
                                    + "</array></dict></plist>",
                            "rw-r--r--"));
                    world.closeLater(() -> Files.delete(plist));
                }),
                of(
                        "logs are not rotated",
                        "services.rotation",
                        world -> world.afterwards(() -> world.stop(LogFiles.ROTATION))),
                of("the logs take a gigabyte", "services.rotation", world -> {
                    Path older = world.logs().resolve("haproxy.log.1");
                    world.afterwards(() -> {
                        try (RandomAccessFile file = new RandomAccessFile(older.toFile(), "rw")) {
                            file.setLength(1_000_000_000);
                        }
                    });
                    world.closeLater(() -> Files.delete(older));
                }),
                of(
                        "Ollama writes requests down",
                        "privacy.request-log",
                        world -> world.environment(Map.of("OLLAMA_NO_CLOUD", "1", "OLLAMA_DEBUG_LOG_REQUESTS", "1"))),
                of("the session has Ollama write requests down", "privacy.request-log", world -> {
                    Command set = Command.of("launchctl", "setenv", "OLLAMA_DEBUG_LOG_REQUESTS", "1");
                    Command unset = Command.of("launchctl", "unsetenv", "OLLAMA_DEBUG_LOG_REQUESTS");
                    world.host().run(set);
                    world.closeLater(() -> world.host().run(unset));
                }),
                of(
                        "the cloud is on",
                        "privacy.cloud privacy.cloud-status",
                        world -> world.environment(Map.of("OLLAMA_KEEP_ALIVE", "-1"))),
                of(
                        "Ollama answers every web page",
                        "privacy.origins",
                        world -> world.ollamaPlist("<string>http://127.0.0.1</string>", "<string>*</string>")),
                of("it is a Mac that sleeps", "headless.*", world -> {
                    world.host().pretendToBe("Darwin");
                    world.host().answer("ifconfig", "inet 127.0.0.1\n");
                    world.host().answer("fdesetup", "FileVault is On.\n");
                    world.host().answer("pmset", "AC Power:\n sleep                1\n");
                    world.host().answer("socketfilterfw", "Firewall is enabled. (State = 1)\n");
                    world.host().answer("defaults", "somebody\n");
                }));
    }

    private static String text(Host host, Path path) {
        return host.file(path) instanceof FileState.Regular file
                ? file.content().text()
                : "";
    }

    private static List<Sabotage> network() {
        return List.of(
                of(
                        "Ollama listens on every address",
                        "bindings.ollama bindings.connect",
                        world -> world.ollamaPlist("<string>127.0.0.1:", "<string>0.0.0.0:")),
                of(
                        "a loaded model has an engine of its own",
                        "bindings.engines",
                        world -> world.afterwards(world::load)),
                of(
                        "HAProxy listens on every address",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg("bind 127.0.0.1:", "bind *:")),
                of(
                        "HAProxy listens on another port as well",
                        "bindings.haproxy",
                        world -> world.cfg(
                                "option disable-h2-upgrade",
                                "bind 127.0.0.1:" + World.freePort() + "\n    option disable-h2-upgrade")),
                of(
                        "HAProxy listens on an IPv6 address as well",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg(
                                "bind 127.0.0.1:", "bind ::1:" + world.proxyPort() + "\n    bind 127.0.0.1:")),
                of(
                        "HAProxy listens on every IPv6 address as well",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg(
                                "bind 127.0.0.1:", "bind :::" + world.proxyPort() + " v6only\n    bind 127.0.0.1:")),
                of(
                        "somebody else listens as well",
                        "bindings.others bindings.connect",
                        world -> world.afterwards(() -> listen(world, "127.0.0.2", world.proxyPort()))),
                of(
                        "somebody else listens on IPv6",
                        "bindings.others bindings.connect",
                        world -> world.afterwards(() -> listen(world, "::1", world.proxyPort()))),
                of(
                        "somebody else listens on Ollama's port of the other loopback",
                        "bindings.others",
                        world -> world.afterwards(() -> listen(world, "::1", world.ollamaPort()))),
                of(
                        "somebody listens on IPv6 whose sockets lsof does not show",
                        "bindings.connect",
                        world -> world.afterwards(() -> {
                            listen(world, "::1", world.proxyPort());
                            world.host()
                                    .change(
                                            "lsof",
                                            text -> text.replaceAll(
                                                    "p"
                                                            + ProcessHandle.current()
                                                                    .pid() + "\n(?:[^p].*\n)*",
                                                    ""));
                        })),
                of(
                        "the address has gone",
                        "network.address",
                        world -> world.host().answer("ip", "inet 127.0.0.2/8\n")),
                of(
                        "the key expires soon, the name is new and Tailscale forwards to Ollama itself",
                        "network.key-expiry network.serve network.machine-name network.tailscale network.name.remote-ollama",
                        world -> {
                            world.network(new Network.Tailscale());
                            world.host().answer("tailscale", """
                                            {"BackendState":"Running",
                                             "Self":{"TailscaleIPs":["%s"],"DNSName":"new-name.tail1234.ts.net.","KeyExpiry":"%s"},
                                             "Web":{"m:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:%d"}}}}}""".formatted(
                                            "100.64.0.9", Instant.now().plus(Duration.ofDays(3)), world.ollamaPort()));
                        }),
                of("the tailnet gives another address", "network.tailscale network.name.remote-ollama", world -> {
                    world.network(new Network.Tailscale());
                    world.host()
                            .answer(
                                    "tailscale",
                                    "{\"BackendState\":\"Running\",\"Self\":{\"TailscaleIPs\":[\"100.64.0.9\"]}}");
                }),
                of("a name means another machine", "network.address network.name.* bindings.*", world -> {
                    world.network(new Network.Tailscale());
                    world.address("100.64.0.9");
                    world.host()
                            .answer(
                                    "tailscale",
                                    "{\"BackendState\":\"Running\",\"Self\":{\"TailscaleIPs\":[\"100.64.0.9\"]}}");
                }));
    }

    private static void listen(World world, String address, int port) throws IOException {
        ServerSocket other = new ServerSocket();
        world.closeLater(other);
        other.bind(new InetSocketAddress(InetAddress.getByName(address), port));
    }

    private static List<Sabotage> proxy() {
        String deny = "http-request deny deny_status ";
        return List.of(
                of(
                        "everyone may connect",
                        "network.clients",
                        world -> world.cfg("unless { src 127.0.0.0/8", "unless { src 0.0.0.0/0")),
                of(
                        "one port is known",
                        "name.port",
                        world -> world.cfg("(:[0-9]{1,5})?$'", "(:" + world.proxyPort() + ")?$'")),
                of(
                        "every web page may ask",
                        "name.origin",
                        world -> world.cfg(
                                "403 if { req.fhdr(origin) -m found }", "403 if { req.fhdr(origin) -m str x }")),
                of(
                        "a web page may ask if its browser leaves its name out",
                        "name.origin",
                        world -> world.cfg("403 if other_site", "403 if other_site { path /never }")),
                of("a web page that is named gets no answer", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example", "https://b.example");
                    world.cfg(
                            "listed_page req.fhdr(origin) -m str https://a",
                            "listed_page req.fhdr(origin) -m str https://c");
                }),
                of("its browser may not show the answer", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example");
                    world.cfg("set-header Access-Control-Allow-Origin", "set-header X-Access-Control-Allow-Origin");
                }),
                of("every web page may ask, and none is answered", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.everyPage();
                    world.cfg("set-header Access-Control-Allow-Origin", "set-header X-Access-Control-Allow-Origin");
                }),
                of("no browser gets leave to send", "endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example");
                    world.cfg("hdr X-Aiserver preflight", "hdr X-Aiserver other");
                }),
                of("a body may have any size", "blocked.body", world -> {
                    world.patience(Duration.ofSeconds(2));
                    world.cfg("{ req.hdr_val(content-length) gt 1048576 }", "{ req.hdr_val(content-length) lt 0 }");
                }),
                of(
                        "large bodies are cut off",
                        "blocked.refused-body",
                        world -> world.cfg(
                                deny + "429 if",
                                "http-request reject if { path_beg /api/codex/ } { req.hdr_val(content-length) gt 99999 }\n"
                                        + "    " + deny + "429 if")),
                of(
                        "every host name is served",
                        "name.unknown name.missing blocked.malformed.*host*? blocked.arrivals?",
                        world -> world.cfg(deny + "421 if !known_host", "")),
                of("a name is not served", "name.localhost", world -> world.cfg("-i '^localhost", "-i '^other")),
                of(
                        "the address is no name",
                        "name.address",
                        world -> world.cfg("'^127\\.0\\.0\\.1", "'^127\\.0\\.0\\.9")),
                of(
                        "the Host header stays",
                        "reach.server",
                        world -> world.cfg("http-request set-header Host", "http-request set-header X-Host")),
                of("nothing is refused", "blocked.*", world -> {
                    world.cfg("' if !served", "' if { path_beg /never/ }");
                    world.cfg(deny + "404 if !origin_form", "");
                    world.cfg("use_backend ollama if served", "default_backend ollama");
                }),
                of("paths are prefixes", "blocked.*", world -> world.cfg("{ path /", "{ path_beg /")),
                of("methods are not looked at", "blocked.*", world -> {
                    world.cfg("{ method POST }", "");
                    world.cfg("{ method GET }", "");
                }),
                of("the mark is another", "blocked.*", world -> world.cfg("X-Aiserver blocked", "X-Other blocked")),
                of(
                        "somebody else refuses",
                        "blocked.route.* blocked.method.* blocked.spelling.* blocked.detour.* blocked.override.* blocked.malformed.* blocked.smuggling.* blocked.pipelining",
                        world -> {
                            world.cfg("http-request return status 404", "http-request return status 403");
                            world.cfg("hdr X-Aiserver blocked lf-string '{\"error\"", "lf-string '{\"error\"");
                        }),
                of(
                        "other servers' addresses are served",
                        "blocked.*",
                        world -> world.cfg(deny + "404 if !origin_form", "")),
                of("the owner's account is open when all is", "blocked.owner.* anthropic.count-tokens", world -> {
                    world.open(EndpointSet.ALL);
                    world.cfg("' if of_the_owner", "' if { path_beg /never/ }");
                }),
                of(
                        "the owner's paths are compared as they were sent",
                        "blocked.owner.* anthropic.count-tokens",
                        world -> {
                            world.open(EndpointSet.ALL);
                            world.cfg("path,url_dec", "path");
                        }),
                of(
                        "a forbidden route is open",
                        "blocked.route.GET:/api/ps blocked.arrivals",
                        world -> world.cfg(
                                "acl origin_form url_beg /",
                                "acl origin_form url_beg /\n    http-request set-var(txn.served) bool(true) if { path /api/ps }")),
                of(
                        "an open endpoint is closed",
                        "endpoint.POST:/v1/messages anthropic.*",
                        world -> world.cfg("{ path /v1/messages }", "{ path /v1/massages }")),
                of(
                        "another is",
                        "endpoint.POST:/v1/responses openai.responses*",
                        world -> world.cfg("{ path /v1/responses }", "{ path /v1/response }")),
                of("a client that leaves early is not noticed", "streaming.cancel-early", world -> {
                    world.paceOfLeaving(600);
                    world.cfg("option abortonclose", "no option abortonclose");
                }),
                of(
                        "everything is passed on as it comes",
                        "name.* network.clients blocked.smuggling.* blocked.pipelining blocked.arrivals blocked.*",
                        world -> {
                            world.calledBy("localhost");
                            passOn(world, world.ollamaPort());
                        }),
                of(
                        "a proxy knows no chunks",
                        "blocked.arrivals blocked.body network.clients name.origin",
                        world -> naive(world, NaiveProxy.Mistake.KNOWS_NO_CHUNKS)),
                of(
                        "a proxy looks at the first request of a connection only",
                        "network.clients name.origin blocked.body blocked.pipelining blocked.smuggling.* blocked.arrivals blocked.malformed.transfer-encoding-*",
                        world -> naive(world, NaiveProxy.Mistake.LOOKS_ONCE)),
                of("everything is answered with 200", "*", SabotageTest::answerAllWith200));
    }

    private static void naive(World world, NaiveProxy.Mistake mistake) throws IOException {
        List<String> names = new ArrayList<>(World.HOST_NAMES);
        names.add(World.ADDRESS);
        NaiveProxy naive = new NaiveProxy(world.ollamaPort(), EndpointSet.STRICT.endpoints(), names, mistake);
        world.closeLater(naive);
        passOn(world, naive.port());
        // It and the engine wait for each other, when one takes for a body what the other does not.
        world.patience(Duration.ofSeconds(1));
    }

    private static void answerAllWith200(World world) throws IOException {
        YesServer yes = new YesServer();
        world.closeLater(yes);
        passOn(world, yes.port());
    }

    /** HAProxy that reads nothing of what it passes on. */
    private static void passOn(World world, int port) {
        world.wholeCfg("""
                defaults
                  mode tcp
                  timeout connect 2s
                  timeout client 30s
                  timeout server 30s
                listen all
                  bind 127.0.0.1:%d
                  server next 127.0.0.1:%d
                """.formatted(world.proxyPort(), port));
    }

    private static List<Sabotage> engine() {
        return List.of(
                of("upgrades are accepted", "blocked.upgrade.*", world -> {
                    world.cfg("http-request del-header Upgrade", "");
                    world.cfg("http-response deny deny_status 502 if { status 101 }", "");
                    world.engine(SpoiltEngine::upgrading);
                }),
                of(
                        "answers are gathered",
                        "streaming.flow streaming.side-by-side",
                        world -> world.engine(SpoiltEngine::buffering)),
                of("nobody tells that a client left", "streaming.cancel", world -> {
                    world.paceOfLeaving(600);
                    world.engine(SpoiltEngine::draining);
                }),
                of("each answer takes a while", "performance.latency", world -> world.engine(SpoiltEngine.slow(5))),
                of(
                        "streams are cut",
                        "openai.chat.stream openai.chat.usage",
                        world -> world.engine(SpoiltEngine.replacing("/v1/chat", "data: \\[DONE\\]\\s*", ""))),
                of(
                        "the usage is left out",
                        "openai.chat openai.chat.usage openai.chat.json openai.chat.tools openai.chat.vision",
                        world -> world.engine(SpoiltEngine.replacing("/v1/chat", "\"usage\"", "\"used\""))),
                of(
                        "JSON mode talks",
                        "openai.chat.json",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/chat", "\"content\":\"\\{", "\"content\":\"Well, {"))),
                of(
                        "models would rather talk",
                        "openai.chat.tools anthropic.tools",
                        world -> world.engine(SpoiltEngine.replacing("/v1/", "tool_calls|tool_use", "tool_talk"))),
                of(
                        "nobody finds models",
                        "openai.models openai.model",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/models", "\"object\":\"model\"", "\"object\":\"thing\""))),
                of(
                        "the list of models is null",
                        "openai.models",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/models", "\"data\":\\[.*\\]", "\"data\":null"))),
                of(
                        "an unknown model is some model",
                        "openai.model.unknown endpoint.GET:/v1/models/{model}",
                        world -> world.engine(SpoiltEngine.answering(
                                "/v1/models/aiserver", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"))),
                of(
                        "errors have another shape",
                        "openai.*error* openai.model.unknown anthropic.error* anthropic.beta anthropic.version anthropic.key",
                        world -> world.engine(SpoiltEngine.replacing("/v1/", "\"error\":\\{", "\"mistake\":{"))),
                of(
                        "Ollama has no /v1/messages",
                        "endpoint.POST:/v1/messages anthropic.*",
                        world -> world.engine(
                                SpoiltEngine.answering(
                                        "/v1/messages",
                                        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n404 page not found"))),
                of(
                        "messages say nothing",
                        "anthropic.messages anthropic.system.* anthropic.turns anthropic.image",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "\"text\":\"[^\"]+\"", "\"text\":\"\""))),
                of(
                        "message streams lack their end",
                        "anthropic.stream",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "event: message_stop[\\s\\S]*", ""))),
                of(
                        "thoughts are lost",
                        "anthropic.thinking",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "\"type\":\"thinking\"", "\"type\":\"text\""))),
                of(
                        "messages have no content",
                        "anthropic.*",
                        world -> world.engine(SpoiltEngine.replacing(
                                "/v1/messages", "\"type\":\"message\"", "\"type\":\"massage\""))),
                of(
                        "response streams lack their end",
                        "openai.responses.stream",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/responses", "event: response.completed[\\s\\S]*", ""))),
                of(
                        "responses are never completed",
                        "openai.responses openai.responses.stream",
                        world -> world.engine(SpoiltEngine.replacing("/v1/responses", "completed\"", "pending\""))),
                of(
                        "count_tokens is not there",
                        "anthropic.count-tokens",
                        world -> world.open(EndpointSet.STRICT, EndpointSet.ANTHROPIC_COUNT_TOKENS)),
                of(
                        "models cannot be listed",
                        "endpoint.GET:/v1/models* openai.model*",
                        world -> world.engine(SpoiltEngine.answering(
                                "/v1/models", "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n{}"))),
                of(
                        "Ollama has no version",
                        "endpoint.GET:/api/version name.remote-ollama name.* blocked.*",
                        world -> world.engine(SpoiltEngine.answering(
                                "/api/version", "HTTP/1.1 404 No\r\nConnection: close\r\n\r\n404 page not found"))),
                of(
                        "endpoints fail",
                        "endpoint.*",
                        world -> world.engine(SpoiltEngine.answering(
                                "/api/tags", "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n{}"))));
    }

    @TempDir
    static Path folder;

    private static World world;

    @BeforeAll
    static void start() throws IOException {
        world = new World(folder);
        world.install("qwen3:0.6b", "llava");
    }

    @AfterAll
    static void stop() throws IOException {
        world.close();
    }

    @Test
    void aGoodServerPassesAndEverySabotageIsCaughtByExactlyItsChecks() throws Exception {
        List<Verdict> good = world.verify();
        assertThat(good).hasSizeGreaterThan(150);
        assertThat(caught(good)).isSubsetOf(NOISY);
        assertThat(good)
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Inconclusive)
                .isEmpty();

        Map<String, Set<String>> table = new TreeMap<>();
        for (Sabotage sabotage : sabotages()) {
            sabotage.deed().spoil(world);
            Set<String> caught = caught(world.verify());
            List<String> patterns = List.of(sabotage.caught().split(" "));
            NOISY.stream().filter(id -> !patterns.contains(id)).forEach(caught::remove);
            assertThat(caught)
                    .as(sabotage.name())
                    .allMatch(id -> patterns.stream().anyMatch(pattern -> fits(pattern, id)));
            assertThat(patterns)
                    .as(sabotage.name())
                    .allMatch(pattern -> isOptional(pattern) || caught.stream().anyMatch(id -> fits(pattern, id)));
            caught.forEach(
                    id -> table.computeIfAbsent(id, any -> new TreeSet<>()).add(sabotage.name()));
        }
        table.forEach((id, names) -> System.out.printf("%-52s %s%n", id, String.join(", ", names)));
        assertThat(good).extracting(Verdict::id).as("each check can fail").allMatch(table::containsKey);
    }

    /** As the shell scripts wrote it: prefixes, no methods, no host names, and words in bursts. */
    private static final String CFG_OF_THE_SHELL_SCRIPTS = """
            global
                log stdout format raw local0
            defaults
                mode http
                timeout connect 5s
                timeout client 10m
                timeout server 10m
            frontend ollama
                bind 127.0.0.1:%d
                acl api path_beg /v1/chat/completions /v1/models /v1/responses /v1/messages
                acl api path_beg /api/version /api/tags /api/show
                http-request deny unless api
                %s
                default_backend ollama
            backend ollama
                server ollama 127.0.0.1:%d
            """;

    @Test
    void whatTheProxyMayAddIsThePersonsToSay() throws Exception {
        world.engine(SpoiltEngine.slow(5));
        world.withMaxLatency(200);
        assertThat(world.verify("performance.latency"))
                .extracting(Verdict::outcome)
                .hasOnlyElementsOfType(Outcome.Passed.class);
    }

    @Test
    void theShellScriptsProxyIsFoundGuilty() throws Exception {
        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), "", world.ollamaPort()));
        Set<String> refused = caught(world.verify());
        refused.removeAll(NOISY);
        assertThat(refused)
                .as("Ollama refuses the name that clients use, so that nothing else can be asked")
                .containsExactly("network.clients", "reach.server");

        String rewritten = "http-request set-header Host 127.0.0.1";
        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), rewritten, world.ollamaPort()));
        Set<String> caught = caught(world.verify());
        System.out.println("The shell scripts' proxy: " + caught);
        for (String hole : List.of(
                "name.unknown",
                "blocked.route.*",
                "blocked.method.*",
                "blocked.spelling.*",
                "blocked.detour.*",
                "blocked.malformed.*",
                "blocked.pipelining",
                "blocked.arrivals",
                "streaming.side-by-side")) {
            assertThat(caught).as(hole).anyMatch(id -> fits(hole, id));
        }

        world.wholeCfg(CFG_OF_THE_SHELL_SCRIPTS.formatted(world.proxyPort(), rewritten, world.ollamaPort()));
        world.paceOfLeaving(150);
        assertThat(caught(world.verify("streaming.cancel-early")))
                .as("with a model that is slow enough to be stopped")
                .contains("streaming.cancel-early");
    }

    /** Whoever can reach it asks the model past every rule; a model that is not loaded has none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        127.0.0.1 | Warned | any program, user or web page on this machine can ask it
        *         | Failed | other machines can ask a model without the proxy
        """)
    void theEngineOfALoadedModelIsNamed(String address, String kind, String words) throws Exception {
        world.afterwards(world::load);
        world.host()
                .change(
                        "lsof",
                        text -> text.replaceAll(
                                "(\ncllama-server\n(?:[^p].*\n)*?)n127\\.0\\.0\\.1:", "$1n" + address + ":"));
        assertThat(world.verify("bindings.*"))
                .filteredOn(verdict -> verdict.id().equals("bindings.engines"))
                .extracting(verdict -> verdict.outcome().toString())
                .singleElement()
                .asString()
                .startsWith(kind)
                .contains("llama-server (pid ", words);
    }

    @Test
    void whatAMacDoesNotTellOfItselfIsSaidToBeUntold() throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        assertThat(world.verify("headless.*"))
                .filteredOn(verdict -> verdict.group().equals("headless"))
                .hasSize(4)
                .extracting(Verdict::outcome)
                .allMatch(outcome -> outcome instanceof Outcome.Warned warned
                        && warned.evidence().startsWith("this cannot be told: "));
    }

    /** Each would pass if the part that was said were all of it. */
    @ParameterizedTest
    @CsvSource({"124, it did not answer in time", "137, it was ended by signal 9"})
    void whatIsSaidInPartIsNoProofOfAMac(int exitCode, String reason) throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        world.host().cutOff("fdesetup", exitCode, "FileVault is Off.\n");
        world.host().cutOff("pmset", exitCode, "AC Power:\n sleep                0\n");
        world.host().cutOff("socketfilterfw", exitCode, "Firewall is disabled. (State = 0)\n");
        world.host().cutOff("defaults", exitCode, world.host().facts().user());
        assertThat(world.verify("headless.*"))
                .filteredOn(verdict -> verdict.group().equals("headless"))
                .hasSize(4)
                .extracting(Verdict::outcome)
                .allMatch(outcome -> outcome instanceof Outcome.Warned warned
                        && warned.evidence().equals("this cannot be told: " + reason));
    }

    @Test
    void whoseModelsAreNotToldIsNotTakenForAServerWithoutModels() throws Exception {
        world.engine(SpoiltEngine.answering("/api/tags", "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n{}"));
        assertThat(world.verify("openai.chat"))
                .filteredOn(verdict -> verdict.id().equals("openai.chat"))
                .extracting(Verdict::outcome)
                .hasSize(1)
                .allMatch(outcome -> outcome instanceof Outcome.Inconclusive unknown
                        && unknown.reason().contains("/api/tags gets 500"));
    }

    @Test
    void aModelThatAlwaysThinksIsNoFault() throws Exception {
        world.engine(SpoiltEngine::thinking);
        Set<String> caught = caught(world.verify());
        caught.removeAll(NOISY);
        assertThat(caught).isEmpty();
    }

    /** Whatever is open, each claim is proved by what is, or said not to be. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        STRICT HEALTH                        |
        STRICT ANTHROPIC_COUNT_TOKENS        |
        STRICT OPENAI_EXTRA                  |
        STRICT OLLAMA_NATIVE                 |
        STRICT AUDIO                         |
        STRICT BROWSER                       |
        STRICT ALL                           | blocked.all blocked.arrivals
        ALL                                  | blocked.all blocked.arrivals
        HEALTH                               | privacy.cloud
        ANTHROPIC_COUNT_TOKENS               | privacy.cloud
        OPENAI_EXTRA                         |
        OLLAMA_NATIVE                        |
        HEALTH BROWSER                       | privacy.cloud
        HEALTH OPENAI_EXTRA                  |
        OPENAI_EXTRA OLLAMA_NATIVE BROWSER   |
        """)
    void aServerIsVerifiedWhateverItOpens(String sets, String ruledOut) throws Exception {
        world.network(new Network.Address(World.ADDRESS));
        world.open(Stream.of(sets.split(" ")).map(EndpointSet::valueOf).toArray(EndpointSet[]::new));
        if (sets.contains("BROWSER")) {
            world.pages("https://chat.example.com", "app://obsidian.md");
        }
        List<Verdict> verdicts = world.verify();
        Set<String> caught = caught(verdicts);
        caught.removeAll(NOISY);
        caught.remove("anthropic.count-tokens"); // only a warning, that no Ollama has it
        assertThat(caught).isEmpty();
        Map<String, Outcome> others = verdicts.stream()
                .filter(verdict -> !(verdict.outcome() instanceof Outcome.Passed))
                .filter(verdict ->
                        !NOISY.contains(verdict.id()) && !verdict.id().equals("anthropic.count-tokens"))
                .filter(verdict -> !List.of("network", "headless").contains(verdict.group()))
                .collect(Collectors.toMap(Verdict::id, Verdict::outcome));
        assertThat(others.keySet()).isEqualTo(ruledOut == null ? Set.of() : Set.of(ruledOut.split(" ")));
        assertThat(others.values()).allMatch(Outcome.Skipped.class::isInstance);
    }

    /** It takes connections, as a process does that hangs, and HAProxy finds nothing wrong with it. */
    @Test
    void anOllamaThatHangsIsToldFromOneThatIsAway() throws Exception {
        world.patience(Duration.ofMillis(300));
        world.afterwards(() -> {
            String pid = world.pid(ServerHost.OLLAMA);
            world.closeLater(() -> world.host().run(Command.of("kill", "-CONT", pid)));
            CommandResult stop = world.host().run(Command.of("kill", "-STOP", pid));
            assertThat(stop.succeeded()).as(stop.toString()).isTrue();
            assertThat(world.host()
                            .run(Command.of("ps", "-o", "state=", "-p", pid))
                            .text())
                    .startsWith("T");
        });
        List<Verdict> verdicts = world.verify();
        Set<String> caught = caught(verdicts);
        caught.removeAll(NOISY);
        assertThat(caught).as(verdicts.toString()).containsExactly("reach.server");
        assertThat(verdicts.get(0).outcome())
                .isEqualTo(new Outcome.Failed(
                        "Ollama: 127.0.0.1:" + world.proxyPort()
                                + " takes connections and gives no answer (Read timed out)",
                        "look at \"aiserver status\" and at Ollama's log on the server"));
        assertThat(verdicts)
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Passed)
                .extracting(Verdict::group)
                .containsOnly("services", "bindings", "network", "privacy");
    }

    /** The client that hides a request gets no answer to it, so that only the log tells. */
    @Test
    void whatWasHiddenFromTheProxyIsNamedByWhatHidIt() throws Exception {
        naive(world, NaiveProxy.Mistake.KNOWS_NO_CHUNKS);
        List<Verdict> verdicts = world.verify("blocked.*");
        assertThat(caught(verdicts)).noneMatch(id -> id.startsWith("blocked.smuggling."));
        assertThat(verdicts)
                .filteredOn(verdict -> verdict.id().equals("blocked.arrivals"))
                .extracting(verdict -> ((Outcome.Failed) verdict.outcome()).evidence())
                .allMatch(evidence -> evidence.contains("/api/delete, hidden by "));
    }

    @Test
    void nobodyIsNamedInWhatIsSaidOfTheLogin() throws Exception {
        world.host().pretendToBe("Darwin");
        world.host().answer("ifconfig", "inet 127.0.0.1\n");
        String user = world.host().facts().user();
        world.host().answer("defaults", user);
        assertThat(world.verify("headless.login"))
                .filteredOn(verdict -> verdict.id().equals("headless.login"))
                .hasSize(1)
                .extracting(verdict -> ((Outcome.Passed) verdict.outcome()).evidence())
                .allMatch(evidence -> evidence.startsWith("its user is logged in") && !evidence.contains(user));
    }

    @Test
    void aModelThatHasSaidItAllBeforeItCouldBeStoppedIsNoProof() throws Exception {
        world.cfg("option abortonclose", "no option abortonclose");
        assertThat(world.verify("streaming.cancel-early"))
                .filteredOn(verdict -> verdict.id().equals("streaming.cancel-early"))
                .extracting(Verdict::outcome)
                .hasSize(1)
                .allMatch(outcome -> outcome instanceof Outcome.Skipped skipped
                        && skipped.reason().endsWith("too fast to tell"));
    }

    @Test
    void aClientProvesAllButWhatNeedsTheServer() throws Exception {
        List<Verdict> verdicts = world.verifyFromOutside("localhost");
        assertThat(verdicts)
                .filteredOn(verdict -> !NOISY.contains(verdict.id()))
                .allMatch(Verdict::isGood);
        Set<String> onServer = Checks.of(new ServerView(
                        "localhost",
                        World.ADDRESS,
                        new ServerSpec.Proxy(world.proxyPort(), Set.of(EndpointSet.STRICT)),
                        List.of("localhost")))
                .stream()
                .filter(check -> check.has(Check.Trait.SERVER))
                .map(Check::id)
                .collect(Collectors.toSet());
        assertThat(verdicts)
                .filteredOn(verdict -> onServer.contains(verdict.id()))
                .extracting(Verdict::outcome)
                .isNotEmpty()
                .allMatch(outcome -> outcome.toString().contains("needs the server"));
        assertThat(world.verifyFromOutside("another-name"))
                .filteredOn(verdict -> verdict.outcome() instanceof Outcome.Failed)
                .extracting(Verdict::id)
                .containsExactly("reach.server");
    }

    @Test
    void aClientIsNotTakenInByAServerThatAnswersEverythingWith200() throws Exception {
        answerAllWith200(world);
        Set<String> caught = caught(world.verifyFromOutside("localhost"));
        assertThat(caught)
                .contains("network.name.localhost", "name.unknown", "openai.models", "privacy.cloud")
                .doesNotContain("reach.server");
        assertThat(caught).filteredOn(id -> id.startsWith("blocked.")).hasSizeGreaterThan(200);
    }

    /** With a question mark: the parser of a newer HAProxy refuses by itself what the rule of an older one must. */
    private static boolean isOptional(String pattern) {
        return pattern.endsWith("?");
    }

    private static boolean fits(String pattern, String id) {
        String demanded = isOptional(pattern) ? pattern.substring(0, pattern.length() - 1) : pattern;
        return id.matches(
                Stream.of(demanded.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    private static Set<String> caught(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict ->
                        verdict.outcome() instanceof Outcome.Failed || verdict.outcome() instanceof Outcome.Warned)
                .map(Verdict::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
