package dev.aiserver.report;

import dev.aiserver.server.Layout;
import dev.aiserver.server.Logs;
import dev.aiserver.spec.Network;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Optional;

/** What a person does after an installation. */
public final class NextSteps {
    private NextSteps() {}

    /** @param home of the user on that machine */
    public static String of(ServerSpec spec, String address, Path home) {
        return of(spec, address, home, Optional.empty());
    }

    /** The same on the machine that got the command itself, whose person has this shell. */
    public static String of(ServerSpec spec, String address, Path home, ShellPath shell) {
        return of(spec, address, home, shell.advice(new Layout(home).command(), home));
    }

    private static String of(ServerSpec spec, String address, Path home, Optional<String> command) {
        TildePaths names = new TildePaths(home);
        Logs logs = Logs.of(spec, home);
        String url = "http://" + spec.name() + ":" + spec.proxy().port();
        StringBuilder text = new StringBuilder("\nWhat to do next\n");
        command.ifPresent(text::append);
        if (spec.network() instanceof Network.Tailscale) {
            text.append("""
                      1. Tailscale admin console, Machines: name this machine "%s"; clients then find it as %s
                         (until then by %s). Give it the tag tag:ai-server, and your devices tag:ai-client.
                      2. Tailscale admin console, Access controls: let your devices, and nothing else, reach it:
                           {"action": "accept", "src": ["tag:ai-client"], "dst": ["tag:ai-server:%d"]}
                    """.formatted(spec.name(), url, address, spec.proxy().port()));
        } else {
            text.append("""
                      1. On each client, let the name "%s" mean %s, for example in /etc/hosts; clients then use %s.
                      2. In the VPN or the router, let your devices, and nothing else, reach %s port %d.
                    """.formatted(
                            spec.name(), address, url, address, spec.proxy().port()));
        }
        text.append("""
                  3. On each client (MODEL is a model that you have, see step 4):
                       OpenAI SDKs, Aider, Qwen Code:  OPENAI_BASE_URL=%1$s/v1  OPENAI_API_BASE=%1$s/v1  OPENAI_API_KEY=ollama
                                                       Aider calls a model openai/MODEL.
                       Claude Code, Anthropic SDKs:    ANTHROPIC_BASE_URL=%1$s  ANTHROPIC_AUTH_TOKEN=ollama
                                                       Claude Code also needs CLAUDE_CODE_MAX_CONTEXT_TOKENS=%6$s and --model MODEL.
                       Codex, opencode, Continue and Open WebUI do not read these; src/site/markdown/how-to/clients.md has their files.
                  4. Models:   aiserver warm-models qwen3-coder
                  5. Logs:     tail -f %2$s %3$s
                     Restart:  launchctl kickstart -k gui/$(id -u)/%4$s   (the proxy: %5$s)
                     Look:     aiserver status     Prove: aiserver verify     Undo: aiserver uninstall
                """.formatted(
                        url,
                        names.of(logs.ollamaStderr().toString()),
                        names.of(logs.haproxy().toString()),
                        Layout.OLLAMA,
                        Layout.HAPROXY,
                        context(spec)));
        return text.toString();
    }

    /** How many tokens of context Ollama gives a model; without this, Claude Code takes a million for granted. */
    private static String context(ServerSpec spec) {
        return spec.ollamaEnvironment().getOrDefault("OLLAMA_CONTEXT_LENGTH", "4096");
    }
}
