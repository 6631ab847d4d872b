package dev.aiserver.verify;

import dev.aiserver.host.Command;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.layout.Layout;
import dev.aiserver.service.LogFiles;
import dev.aiserver.spec.EndpointSet;
import dev.aiserver.spec.Network;
import dev.aiserver.testmac.Ports;
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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The sabotages of {@link SabotageTest}: what each does to a server, and which checks must catch it. */
final class Sabotages {
    private Sabotages() {}

    @FunctionalInterface
    interface Deed {
        void sabotage(World world) throws Exception;
    }

    /**
     * One sabotage.
     *
     * @param name of this sabotage alone, for {@code -Dsabotage}
     * @param patterns of the ids that must fail or warn; no other id may. A pattern with a question mark can stay
     *     without a match: the parser of a newer HAProxy itself rejects what the rule of an older one must.
     */
    record Sabotage(String name, List<String> patterns, Deed deed) {
        /** Returns the patterns that must match at least one id. */
        List<String> required() {
            return patterns.stream().filter(pattern -> !pattern.endsWith("?")).toList();
        }

        boolean names(String id) {
            return patterns.contains(id);
        }

        boolean allows(String id) {
            return patterns.stream().anyMatch(pattern -> matches(pattern.replaceFirst("\\?$", ""), id));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Tells whether a pattern, in which {@code *} stands for any characters, matches the whole id. */
    static boolean matches(String pattern, String id) {
        return id.matches(
                Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    static List<Sabotage> all() {
        List<Sabotage> sabotages = new ArrayList<>();
        sabotages.addAll(services());
        sabotages.addAll(network());
        sabotages.addAll(proxy());
        sabotages.addAll(engine());
        return sabotages;
    }

    private static Sabotage of(String name, String caught, Deed deed) {
        return new Sabotage(name, List.of(caught.split(" ")), deed);
    }

    private static List<Sabotage> services() {
        return List.of(
                of(
                        "Ollama is stopped",
                        "reach.server services.com.ollama",
                        world -> world.afterwards(() -> world.stop(Layout.OLLAMA))),
                of(
                        "HAProxy is stopped",
                        "reach.server services.com.haproxy",
                        world -> world.afterwards(() -> world.stop(Layout.HAPROXY))),
                of(
                        "processes restart all the time",
                        "services.stable.* services.logs.*? bindings.ollama bindings.haproxy bindings.others",
                        world -> {
                            int[] pid = {900_000};
                            world.afterwards(() -> world.host()
                                    .change("launchctl", text -> text.replaceAll("pid = \\d+", "pid = " + pid[0]++)));
                        }),
                of(
                        "processes run as root",
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
                        "com.ollama has launchd's default limits",
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
                        "every user can write haproxy.cfg",
                        "services.permissions",
                        world -> world.afterwards(() -> {
                            Path cfg = world.layout().haproxyCfg();
                            world.write(cfg, text(world.host(), cfg), "rw-rw-rw-");
                        })),
                of(
                        "every user can write Ollama's program",
                        "services.permissions",
                        world -> world.afterwards(
                                () -> world.write(world.ollama(), text(world.host(), world.ollama()), "rwxrwxrwx"))),
                of(
                        "every user can write a log",
                        "privacy.logs",
                        world -> world.afterwards(
                                () -> world.write(world.log(), text(world.host(), world.log()), "rw-rw-rw-"))),
                of("a log has a second hard link", "privacy.logs", world -> {
                    Path second = world.logs().resolve("second");
                    world.afterwards(() -> Files.createLink(second, world.log()));
                    world.closeLater(() -> Files.delete(second));
                }),
                of("a log is a symbolic link", "privacy.logs", world -> {
                    Path log = world.logs().resolve("ollama.stdout.log");
                    Path aside = world.logs().resolve("aside");
                    world.afterwards(() -> {
                        Files.move(log, aside);
                        Files.createSymbolicLink(log, aside);
                    });
                    world.closeLater(() -> Files.move(aside, log, StandardCopyOption.REPLACE_EXISTING));
                }),
                of("every user can write the folder above the logs", "privacy.logs", world -> {
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
                        "Ollama logs requests",
                        "privacy.request-log",
                        world -> world.environment(Map.of("OLLAMA_NO_CLOUD", "1", "OLLAMA_DEBUG_LOG_REQUESTS", "1"))),
                of("the login session makes Ollama log requests", "privacy.request-log", world -> {
                    Command set = Command.of("launchctl", "setenv", "OLLAMA_DEBUG_LOG_REQUESTS", "1");
                    Command unset = Command.of("launchctl", "unsetenv", "OLLAMA_DEBUG_LOG_REQUESTS");
                    world.host().run(set);
                    world.closeLater(() -> world.host().run(unset));
                }),
                of(
                        "the cloud is on",
                        "privacy.cloud privacy.cloud-status",
                        world -> world.ollamaPlist("OLLAMA_NO_CLOUD", "OLLAMA_CLOUD")),
                of(
                        "Ollama accepts every web page",
                        "privacy.origins",
                        world -> world.ollamaPlist("<string>http://127.0.0.1</string>", "<string>*</string>")),
                of("the Mac sleeps", "headless.*", world -> {
                    world.host().pretendToBe("Darwin");
                    world.host().answer("ifconfig", "inet 127.0.0.1\n");
                    world.host().answer("fdesetup", "FileVault is On.\n");
                    world.host().answer("pmset", "AC Power:\n sleep                1\n");
                    world.host().answer("socketfilterfw", "Firewall is enabled. (State = 1)\n");
                    world.host().answer("defaults", "another\n");
                }));
    }

    private static String text(Host host, Path path) {
        return host.ask(Query.file(path)) instanceof FileState.Regular file
                ? file.content().text()
                : "";
    }

    private static List<Sabotage> network() {
        return List.of(
                of(
                        "Ollama listens on every address",
                        "bindings.ollama bindings.connect",
                        world -> world.ollamaPlist("<string>127.0.0.1:", "<string>0.0.0.0:")),
                of("a loaded model has its own engine", "bindings.engines", world -> world.afterwards(world::load)),
                of(
                        "HAProxy listens on every address",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg("bind 127.0.0.1:", "bind *:")),
                of(
                        "HAProxy also listens on another port",
                        "bindings.haproxy",
                        world -> world.cfg(
                                "option disable-h2-upgrade",
                                "bind 127.0.0.1:" + Ports.next() + "\n    option disable-h2-upgrade")),
                of(
                        "HAProxy also listens on an IPv6 address",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg(
                                "bind 127.0.0.1:", "bind ::1:" + world.proxyPort() + "\n    bind 127.0.0.1:")),
                of(
                        "HAProxy also listens on every IPv6 address",
                        "bindings.haproxy bindings.connect",
                        world -> world.cfg(
                                "bind 127.0.0.1:", "bind :::" + world.proxyPort() + " v6only\n    bind 127.0.0.1:")),
                of(
                        "another process listens on the proxy's port",
                        "bindings.others bindings.connect",
                        world -> world.afterwards(() -> listen(world, "127.0.0.2", world.proxyPort()))),
                of(
                        "another process listens on the proxy's port with IPv6",
                        "bindings.others bindings.connect",
                        world -> world.afterwards(() -> listen(world, "::1", world.proxyPort()))),
                of(
                        "another process listens on Ollama's port with IPv6",
                        "bindings.others",
                        world -> world.afterwards(() -> listen(world, "::1", world.ollamaPort()))),
                of(
                        "a process that lsof does not show listens with IPv6",
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
                        "the address is gone",
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
                of("the tailnet assigns another address", "network.tailscale network.name.remote-ollama", world -> {
                    world.network(new Network.Tailscale());
                    world.host()
                            .answer(
                                    "tailscale",
                                    "{\"BackendState\":\"Running\",\"Self\":{\"TailscaleIPs\":[\"100.64.0.9\"]}}");
                }),
                of("a name resolves to another machine", "network.address network.name.* bindings.*", world -> {
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
                        "every client can connect",
                        "network.clients",
                        world -> world.cfg("unless { src 127.0.0.0/8", "unless { src 0.0.0.0/0")),
                of(
                        "only one port is accepted in Host",
                        "name.port",
                        world -> world.cfg("(:[0-9]{1,5})?$'", "(:" + world.proxyPort() + ")?$'")),
                of(
                        "every web page is accepted",
                        "name.origin",
                        world -> world.cfg(
                                "403 if { req.fhdr(origin) -m found }", "403 if { req.fhdr(origin) -m str x }")),
                of(
                        "a web page without Origin is accepted",
                        "name.origin",
                        world -> world.cfg("403 if other_site", "403 if other_site { path /never }")),
                of("a listed web page is refused", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example", "https://b.example");
                    world.cfg(
                            "listed_page req.fhdr(origin) -m str https://a",
                            "listed_page req.fhdr(origin) -m str https://c");
                }),
                of("a listed web page cannot read the response", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example");
                    world.cfg("set-header Access-Control-Allow-Origin", "set-header X-Access-Control-Allow-Origin");
                }),
                of("with any-origin, no web page can read the response", "name.origin endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.everyPage();
                    world.cfg("set-header Access-Control-Allow-Origin", "set-header X-Access-Control-Allow-Origin");
                }),
                of("no browser passes its preflight request", "endpoint.OPTIONS:*", world -> {
                    world.open(EndpointSet.STRICT, EndpointSet.BROWSER);
                    world.pages("https://a.example");
                    world.cfg("hdr X-Aiserver preflight", "hdr X-Aiserver other");
                }),
                of("a body can have any size", "blocked.body", world -> {
                    world.timeout(Duration.ofSeconds(2));
                    world.cfg("{ req.hdr_val(content-length) gt 1048576 }", "{ req.hdr_val(content-length) lt 0 }");
                }),
                of(
                        "a refused large body loses its response",
                        "blocked.refused-body",
                        world -> world.cfg(
                                deny + "429 if",
                                "http-request reject if { path_beg /api/codex/ } { req.hdr_val(content-length) gt 99999 }\n"
                                        + "    " + deny + "429 if")),
                of(
                        "every host name is served",
                        "name.unknown name.missing blocked.malformed.*host*? blocked.arrivals?",
                        world -> world.cfg(deny + "421 if !known_host", "")),
                of("a host name is not served", "name.localhost", world -> world.cfg("-i '^localhost", "-i '^other")),
                of(
                        "the address is not a host name",
                        "name.address",
                        world -> world.cfg("'^127\\.0\\.0\\.1", "'^127\\.0\\.0\\.9")),
                of(
                        "the Host header is not rewritten",
                        "reach.server",
                        world -> world.cfg("http-request set-header Host", "http-request set-header X-Host")),
                of("nothing is refused", "blocked.*", world -> {
                    world.cfg("' if !served", "' if { path_beg /never/ }");
                    world.cfg(deny + "404 if !origin_form", "");
                    world.cfg("use_backend ollama if served", "default_backend ollama");
                }),
                of("paths are prefixes", "blocked.*", world -> world.cfg("{ path /", "{ path_beg /")),
                of("methods are not checked", "blocked.*", world -> {
                    world.cfg("{ method POST }", "");
                    world.cfg("{ method GET }", "");
                }),
                of(
                        "the X-Aiserver header has another name",
                        "blocked.*",
                        world -> world.cfg("X-Aiserver blocked", "X-Other blocked")),
                of(
                        "another server refuses",
                        "blocked.route.* blocked.method.* blocked.spelling.* blocked.detour.* blocked.override.* blocked.malformed.* blocked.smuggling.* blocked.pipelining",
                        world -> {
                            world.cfg("http-request return status 404", "http-request return status 403");
                            world.cfg("hdr X-Aiserver blocked lf-string '{\"error\"", "lf-string '{\"error\"");
                        }),
                of(
                        "absolute URLs of other servers are served",
                        "blocked.*",
                        world -> world.cfg(deny + "404 if !origin_form", "")),
                of(
                        "the owner's account is open with the endpoint set all",
                        "blocked.owner.* anthropic.count-tokens",
                        world -> {
                            world.open(EndpointSet.ALL);
                            world.cfg("' if of_the_owner", "' if { path_beg /never/ }");
                        }),
                of(
                        "the owner's paths are compared without decoding",
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
                        "a second open endpoint is closed",
                        "endpoint.POST:/v1/responses openai.responses*",
                        world -> world.cfg("{ path /v1/responses }", "{ path /v1/response }")),
                of("a client that disconnects early is not noticed", "streaming.cancel-early", world -> {
                    world.cancelPace(600);
                    world.cfg("option abortonclose", "no option abortonclose");
                }),
                of(
                        "every request is passed on unchanged",
                        "name.* network.clients blocked.smuggling.* blocked.pipelining blocked.arrivals blocked.*",
                        world -> {
                            world.calledBy("localhost");
                            passOn(world, world.ollamaPort());
                        }),
                of(
                        "the proxy does not understand chunks",
                        "blocked.arrivals blocked.body network.clients name.origin",
                        world -> naive(world, NaiveProxy.Mistake.IGNORES_CHUNKS)),
                of(
                        "the proxy checks only the first request of a connection",
                        "network.clients name.origin blocked.body blocked.pipelining blocked.smuggling.* blocked.arrivals blocked.malformed.transfer-encoding-*",
                        world -> naive(world, NaiveProxy.Mistake.CHECKS_ONCE)),
                of("every request gets 200", "*", Sabotages::answerAllWith200));
    }

    /** Puts a proxy with this mistake behind HAProxy. */
    static void naive(World world, NaiveProxy.Mistake mistake) throws IOException {
        List<String> names = new ArrayList<>(World.HOST_NAMES);
        names.add(World.ADDRESS);
        NaiveProxy naive = new NaiveProxy(world.ollamaPort(), EndpointSet.STRICT.endpoints(), names, mistake);
        world.closeLater(naive);
        passOn(world, naive.port());
        // The proxy and the engine wait for each other if only one of them expects a body.
        world.timeout(Duration.ofSeconds(1));
    }

    static void answerAllWith200(World world) throws IOException {
        YesServer yes = new YesServer();
        world.closeLater(yes);
        passOn(world, yes.port());
    }

    /** Makes HAProxy pass on bytes without reading them. */
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
                of("responses are buffered", "streaming.flow streaming.side-by-side", world -> {
                    // Slower than a busy machine delays a burst.
                    world.pace(15);
                    world.cancelPace(4);
                    world.engine(SpoiltEngine::buffering);
                }),
                of("Ollama does not learn that a client disconnected", "streaming.cancel", world -> {
                    world.cancelPace(600);
                    world.engine(SpoiltEngine::draining);
                }),
                of("each response is delayed", "performance.latency", world -> world.engine(SpoiltEngine.slow(5))),
                of(
                        "streams are cut off",
                        "openai.chat.stream openai.chat.usage",
                        world -> world.engine(SpoiltEngine.replacing("/v1/chat", "data: \\[DONE\\]\\s*", ""))),
                of(
                        "the usage is missing",
                        "openai.chat openai.chat.usage openai.chat.json openai.chat.tools openai.chat.vision",
                        world -> world.engine(SpoiltEngine.replacing("/v1/chat", "\"usage\"", "\"used\""))),
                of(
                        "JSON mode returns prose",
                        "openai.chat.json",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/chat", "\"content\":\"\\{", "\"content\":\"Well, {"))),
                of(
                        "models do not call tools",
                        "openai.chat.tools anthropic.tools",
                        world -> world.engine(SpoiltEngine.replacing("/v1/", "tool_calls|tool_use", "tool_talk"))),
                of(
                        "listed models have another type",
                        "openai.models openai.model",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/models", "\"object\":\"model\"", "\"object\":\"thing\""))),
                of(
                        "the list of models is null",
                        "openai.models",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/models", "\"data\":\\[.*\\]", "\"data\":null"))),
                of(
                        "an unknown model is found",
                        "openai.model.unknown endpoint.GET:/v1/models/{model}",
                        world -> world.engine(SpoiltEngine.answering(
                                "/v1/models/aiserver", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"))),
                of(
                        "errors have another format",
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
                        "messages are empty",
                        "anthropic.messages anthropic.system.* anthropic.turns anthropic.image",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "\"text\":\"[^\"]+\"", "\"text\":\"\""))),
                of(
                        "message streams have no end",
                        "anthropic.stream",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "event: message_stop[\\s\\S]*", ""))),
                of(
                        "thinking is missing",
                        "anthropic.thinking",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/messages", "\"type\":\"thinking\"", "\"type\":\"text\""))),
                of(
                        "messages have no content",
                        "anthropic.*",
                        world -> world.engine(SpoiltEngine.replacing(
                                "/v1/messages", "\"type\":\"message\"", "\"type\":\"massage\""))),
                of(
                        "response streams have no end",
                        "openai.responses.stream",
                        world -> world.engine(
                                SpoiltEngine.replacing("/v1/responses", "event: response.completed[\\s\\S]*", ""))),
                of(
                        "responses are never completed",
                        "openai.responses openai.responses.stream",
                        world -> world.engine(SpoiltEngine.replacing("/v1/responses", "completed\"", "pending\""))),
                of(
                        "count_tokens is missing",
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
}
