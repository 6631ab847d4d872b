package dev.aiserver.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.PropertyListParser;
import dev.aiserver.host.Poller;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Existing services on a Mac before aiserver is installed. */
final class ExistingServers {
    private static final String DOMAIN = "gui/65534";

    private static final String PROXY = """
            global
                log stdout format raw local0
            defaults
                mode http
                timeout connect 5s
                timeout client 10m
                timeout server 10m
            frontend ollama
                bind %s:11434
                acl api path_beg /v1/ /api/version /api/tags /api/show
                http-request deny unless api
                default_backend ollama
            backend ollama
                server ollama 127.0.0.1:11434
            """;

    private ExistingServers() {}

    static void byShellScripts(Mac mac) {
        ollamaByShellScripts(mac, "127.0.0.1");
        haproxyByShellScripts(mac);
    }

    static void haproxyByShellScripts(Mac mac) {
        mac.write(mac.home().resolve(".haproxy/haproxy.cfg"), PROXY.formatted(Mac.ADDRESS));
        handMade(
                mac,
                "com.haproxy.plist",
                "com.haproxy",
                "127.0.0.1",
                "/usr/sbin/haproxy</string><string>-f</string>" + "<string>"
                        + escaped(mac.home() + "/.haproxy/haproxy.cfg"));
    }

    /** Installs Ollama as the shell scripts did without a tailnet: open to every network, without a proxy. */
    static void ollamaByShellScripts(Mac mac, String host) {
        handMade(mac, "com.ollama.plist", "com.ollama", host, serve(mac));
    }

    static void homebrewsOllama(Mac mac) {
        homebrewsOllama(mac, "OLLAMA_NUM_PARALLEL", "2");
    }

    /** Adds a variable that Homebrew does not set, and a list of web pages. */
    static void homebrewsOllama(Mac mac, String name, String value) {
        homebrew(mac, "ollama", mac.prefix() + "/opt/ollama/bin/ollama</string>\n\t\t<string>serve", """
                \t<key>EnvironmentVariables</key>
                \t<dict>
                \t\t<key>OLLAMA_FLASH_ATTENTION</key>
                \t\t<string>1</string>
                \t\t<key>OLLAMA_KV_CACHE_TYPE</key>
                \t\t<string>q8_0</string>
                \t\t<key>OLLAMA_ORIGINS</key>
                \t\t<string>https://chat.example</string>
                \t\t<key>%s</key>
                \t\t<string>%s</string>
                \t</dict>
                """.formatted(
                        name, value));
    }

    static void homebrewsHaproxy(Mac mac) {
        Path cfg = mac.prefix().resolve("etc/haproxy.cfg");
        mac.write(cfg, PROXY.formatted(Mac.ADDRESS));
        homebrew(
                mac,
                "haproxy",
                mac.prefix() + "/opt/haproxy/bin/haproxy</string>\n\t\t<string>-f</string>\n\t\t<string>" + cfg,
                "");
    }

    /** Writes and loads the agent as "brew services start" does. */
    private static void homebrew(Mac mac, String formula, String command, String environment) {
        brew(mac, formula);
        mac.command("mkdir", "-p", mac.prefix() + "/var/log");
        Path plist = mac.home().resolve("Library/LaunchAgents/homebrew.mxcl." + formula + ".plist");
        mac.write(plist, """
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0">
                <dict>
                %4$s\t<key>KeepAlive</key>
                \t<true/>
                \t<key>Label</key>
                \t<string>homebrew.mxcl.%1$s</string>
                \t<key>LimitLoadToSessionType</key>
                \t<array>
                \t\t<string>Aqua</string>
                \t\t<string>Background</string>
                \t\t<string>LoginWindow</string>
                \t\t<string>StandardIO</string>
                \t\t<string>System</string>
                \t</array>
                \t<key>ProgramArguments</key>
                \t<array>
                \t\t<string>%2$s</string>
                \t</array>
                \t<key>RunAtLoad</key>
                \t<true/>
                \t<key>StandardErrorPath</key>
                \t<string>%3$s/var/log/%1$s.log</string>
                \t<key>StandardOutPath</key>
                \t<string>%3$s/var/log/%1$s.log</string>
                \t<key>WorkingDirectory</key>
                \t<string>%3$s/var</string>
                </dict>
                </plist>
                """.formatted(formula, command, mac.prefix(), environment));
        load(mac, plist);
    }

    /** @param file in the user's LaunchAgents; its name can differ from the label */
    static void handMade(Mac mac, String file, String label, String host, String command) {
        Path plist = mac.home().resolve("Library/LaunchAgents").resolve(file);
        mac.write(plist, handMade(mac, label, host, command));
        load(mac, plist);
    }

    /** Writes the agent and does not load it. */
    static void handMadeAt(Mac mac, Path plist, String label, String command) {
        mac.write(plist, handMade(mac, label, "127.0.0.1", command));
    }

    static void handMadeBinary(Mac mac, String file, String label, String host, String command) throws Exception {
        Path plist = mac.home().resolve("Library/LaunchAgents").resolve(file);
        byte[] xml = handMade(mac, label, host, command).getBytes(StandardCharsets.UTF_8);
        mac.write(plist, BinaryPropertyListWriter.writeToArray(PropertyListParser.parse(xml)));
        load(mac, plist);
    }

    private static String handMade(Mac mac, String label, String host, String command) {
        brew(mac, "ollama");
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <plist version="1.0"><dict>
                <key>Label</key><string>%s</string>
                <key>ProgramArguments</key><array><string>%s</string></array>
                <key>RunAtLoad</key><true/><key>KeepAlive</key><true/>
                <key>EnvironmentVariables</key><dict><key>OLLAMA_HOST</key><string>%s</string>
                <key>HOME</key><string>%s</string></dict>
                </dict></plist>
                """.formatted(label, command, host, escaped(mac.home().toString()));
    }

    /** Returns the arguments for a property list. */
    static String serve(Mac mac) {
        return mac.prefix() + "/bin/ollama</string><string>serve";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static void brew(Mac mac, String formula) {
        succeeded(mac.command(mac.prefix() + "/bin/brew", "install", formula));
    }

    static void load(Mac mac, Path plist) {
        succeeded(mac.command("launchctl", "bootstrap", DOMAIN, plist.toString()));
    }

    /** Waits until the job is gone; launchctl returns earlier. */
    static void stop(Mac mac, String label) {
        succeeded(mac.command("launchctl", "bootout", DOMAIN + "/" + label));
        boolean gone = new Poller(Duration.ofMillis(50))
                .await(
                        Duration.ofSeconds(20),
                        () -> mac.command("launchctl", "print", DOMAIN + "/" + label)
                                        .exitCode()
                                != 0);
        assertThat(gone).as(label + " is gone").isTrue();
    }

    static void setForAllJobs(Mac mac, String name, String value) {
        succeeded(mac.command("launchctl", "setenv", name, value));
    }

    private static void succeeded(Run run) {
        run.exits(0);
    }

    /** Waits until a server answers on loopback. */
    static void awaitAnswer(Mac mac) {
        boolean up = new Poller(Duration.ofMillis(50))
                .await(
                        Duration.ofSeconds(20),
                        () -> mac.http("127.0.0.1", Mac.PORT, "GET /api/version HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                                        .status()
                                == 200);
        assertThat(up).as("a server answers on loopback").isTrue();
    }
}
