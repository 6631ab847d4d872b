package dev.aiserver.report;

import dev.aiserver.layout.Layout;
import dev.aiserver.layout.Logs;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.Optional;

/** Describes what to do after an installation. */
public final class NextSteps {
    private NextSteps() {}

    /**
     * Returns the steps after an installation on another machine.
     *
     * @param home of the user there
     */
    public static String of(ServerSpec spec, String address, Path home) {
        return of(spec, address, home, Optional.empty());
    }

    /** Returns the steps after an installation on this machine, with the fix for a PATH that lacks the command. */
    public static String of(ServerSpec spec, String address, Path home, ShellPath shell) {
        return of(spec, address, home, shell.advice(new Layout(home).command(), home));
    }

    private static String of(ServerSpec spec, String address, Path home, Optional<String> command) {
        TildePaths names = new TildePaths(home);
        Logs logs = Logs.of(spec, home);
        String url = "http://" + spec.name() + ":" + spec.proxy().port();
        StringBuilder text = new StringBuilder("\nNext steps\n");
        command.ifPresent(text::append);
        if (spec.network().isTailnet()) {
            text.append("""
                      1. Tailscale admin console, Machines: name this machine "%s". Clients then reach it at %s
                         (until then at %s). Tag it tag:ai-server, and your devices tag:ai-client.
                      2. Tailscale admin console, Access controls: allow only your devices to reach it:
                           {"action": "accept", "src": ["tag:ai-client"], "dst": ["tag:ai-server:%d"]}
                    """.formatted(spec.name(), url, address, spec.proxy().port()));
        } else {
            text.append("""
                      1. On each client, map the name "%s" to %s, for example in /etc/hosts. Clients then use %s.
                      2. In the VPN or the router, allow only your devices to reach %s port %d.
                    """.formatted(
                            spec.name(), address, url, address, spec.proxy().port()));
        }
        text.append("""
                  3. On each client (MODEL is an installed model, see step 4):
                       OpenAI SDKs, Aider, Qwen Code:  OPENAI_BASE_URL=%1$s/v1  OPENAI_API_BASE=%1$s/v1  OPENAI_API_KEY=ollama
                                                       In Aider, use --model openai/MODEL.
                       Claude Code, Anthropic SDKs:    ANTHROPIC_BASE_URL=%1$s  ANTHROPIC_AUTH_TOKEN=ollama
                                                       Claude Code also needs CLAUDE_CODE_MAX_CONTEXT_TOKENS=%6$s and --model MODEL.
                       Codex, opencode, Continue and Open WebUI use configuration files: src/site/markdown/how-to/clients.md.
                  4. Models:   aiserver warm-models qwen3-coder
                  5. Logs:     tail -f %2$s %3$s
                     Restart:  launchctl kickstart -k gui/$(id -u)/%4$s   (for the proxy: %5$s)
                     Status:   aiserver status     Verify: aiserver verify     Remove: aiserver uninstall
                """.formatted(
                        url,
                        names.of(logs.ollamaStderr().toString()),
                        names.of(logs.haproxy().toString()),
                        Layout.OLLAMA,
                        Layout.HAPROXY,
                        context(spec)));
        return text.toString();
    }

    /** Returns how many tokens of context Ollama gives a model; without this setting, Claude Code assumes a million. */
    private static String context(ServerSpec spec) {
        return spec.ollamaEnvironment().getOrDefault("OLLAMA_CONTEXT_LENGTH", "4096");
    }
}
