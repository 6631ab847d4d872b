package dev.aiserver.existing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiserver.agent.LaunchAgent;
import dev.aiserver.host.Content;
import dev.aiserver.host.LocalHost;
import dev.aiserver.host.UserError;
import dev.aiserver.layout.Layout;
import dev.aiserver.net.Listener;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.standin.Script;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExistingServiceSearchTest {
    private static final Layout LAYOUT = new Layout(Path.of("/Users/ann"));
    private static final LocalHost HOST = new LocalHost(System.getenv());

    private static Content propertyList(String label, String command, String environment) {
        String arguments = Stream.of(command.split(" ", 2))
                .flatMap(part -> part.contains("'") ? Stream.of(part) : Stream.of(part.split(" ")))
                .map(argument -> "<string>" + argument + "</string>")
                .collect(Collectors.joining());
        return Content.of("""
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0"><dict><key>Label</key><string>%s</string>
                <key>ProgramArguments</key><array>%s</array>
                <key>EnvironmentVariables</key><dict>%s</dict></dict></plist>
                """.formatted(
                        label,
                        arguments,
                        environment.isEmpty() ? "" : "<key>OLLAMA_HOST</key><string>" + environment + "</string>"));
    }

    /** @param holds whether its process listens on aiserver's port; - if the job is not loaded */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            com.ollama.plist   | com.ollama            | /bin/ollama serve          | ``              | yes | SHELL_SCRIPTS OLLAMA
            com.ollama.plist   | com.ollama            | /bin/ollama serve          | ``              | -   | SHELL_SCRIPTS OLLAMA
            com.haproxy.plist  | com.haproxy           | /bin/haproxy -f x.cfg      | ``              | no  | SHELL_SCRIPTS HAPROXY
            mine.plist         | com.ollama            | /Users/ann/serve.sh        | ``              | no  | PERSON OLLAMA
            com.haproxy.plist  | com.ollama            | /bin/ollama serve          | ``              | no  | PERSON OLLAMA
            x.plist            | homebrew.mxcl.ollama  | /opt/bin/ollama serve      | ``              | yes | HOMEBREW OLLAMA
            x.plist            | homebrew.mxcl.ollama  | /opt/bin/ollama serve      | ``              | no  | HOMEBREW OLLAMA
            x.plist            | homebrew.mxcl.ollama  | /opt/bin/ollama serve      | ``              | -   | HOMEBREW OLLAMA
            x.plist            | homebrew.mxcl.ollama  | /opt/bin/ollama serve      | 127.0.0.1:11500 | no  | no
            x.plist            | homebrew.mxcl.haproxy | /opt/bin/haproxy -f x      | ``              | yes | HOMEBREW HAPROXY
            x.plist            | homebrew.mxcl.haproxy | /opt/bin/haproxy -f x      | ``              | no  | no
            x.plist            | homebrew.mxcl.haproxy | /opt/bin/haproxy -f x      | ``              | -   | no
            x.plist            | org.ann.llm           | /bin/ollama serve          | 0.0.0.0         | yes | PERSON OLLAMA
            x.plist            | org.ann.llm           | /bin/sh 'ollama serve'     | ``              | no  | PERSON OLLAMA
            x.plist            | org.ann.llm           | /usr/bin/env ollama serve  | :11500          | no  | no
            x.plist            | org.ann.llm           | /bin/sh 'OLLAMA_HOST=127.0.0.1:11500 ollama serve' | `` | no | no
            x.plist            | org.ann.pull          | /bin/ollama pull llama3.2  | ``              | no  | no
            x.plist            | org.ann.log           | tail -f /log/ollama        | ``              | no  | no
            x.plist            | org.ann.web           | /usr/bin/python3 server.py | ``              | yes | no
            """)
    void findsOnlyConflictingServices(
            String file, String label, String command, String environment, String holds, String found) {
        Path plist = LAYOUT.launchAgents().resolve(file);
        LaunchAgent agent = HOST.ask(LaunchAgent.read(propertyList(label, command, environment)))
                .orElseThrow();
        Optional<LaunchctlPrint> job = holds.equals("-")
                ? Optional.empty()
                : Optional.of(LaunchctlPrint.parse(
                        ("\tstate = running\n\tpid = 12\n\tpath = " + plist + "\n").getBytes(StandardCharsets.UTF_8)));
        List<Listener> held =
                holds.equals("yes") ? List.of(new Listener(12, 1, "x", 501, "127.0.0.1", 11434)) : List.of();

        Optional<ExistingService> service = ExistingServiceSearch.classify(
                new ExistingServiceSearch.Findings(plist, agent, job, held), LAYOUT, 11434);

        assertThat(service.map(it -> it.origin() + " " + it.program()).orElse("no"))
                .isEqualTo(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /bin/ollama serve                            | ``        | ``      | 127.0.0.1:11434
            /bin/ollama serve                            | ``        | 0.0.0.0 | 0.0.0.0:11434
            /bin/ollama serve                            | localhost | 0.0.0.0 | localhost:11434
            /usr/bin/env OLLAMA_HOST=0.0.0.0 ollama serve | localhost | ``     | 0.0.0.0:11434
            /bin/sh 'export OLLAMA_HOST=:1; ollama serve' | localhost | ``     | *:1
            """)
    void theInnermostSettingDecidesWhereOllamaListens(
            String command, String environment, String session, String address) {
        assertThat(HOST.ask(LaunchAgent.read(propertyList("x", command, environment)))
                        .orElseThrow()
                        .inSession(session)
                        .listensOn())
                .hasToString(address);
    }

    @Test
    void skipsFilesThatAreNotAJobsPropertyList() {
        for (String text : List.of("", "no XML", "<plist><dict></dict></plist>", "<a")) {
            assertThat(HOST.ask(LaunchAgent.read(Content.of(text)))).as(text).isEmpty();
        }
    }

    /** launchd ignores an invalid property list. If plutil fails for another reason, the file may start any program. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            echo '<stdin>: Property List error: Unexpected character' >&2; exit 1 | none
            echo 'plutil: out of memory' >&2; exit 1                              | plutil: out of memory
            exit 1                                                                | no message, exit code 1
            echo '<plist><dict>'; kill -KILL $$                                   | it was killed by signal 9
            exit 124                                                              | it did not answer in time
            exit 127                                                              | it is not installed
            """)
    void reportsABinaryPropertyListThatPlutilCannotRead(
            String script, @Nullable String reason, @TempDir Path directory) {
        Script.write(directory.resolve("plutil"), script);
        LocalHost host = new LocalHost(Map.of("PATH", directory.toString()));
        Content binary = Content.of("bplist00 and more");
        if (reason == null) {
            assertThat(host.ask(LaunchAgent.read(binary))).isEmpty();
        } else {
            assertThatThrownBy(() -> host.ask(LaunchAgent.read(binary)))
                    .isInstanceOf(UserError.class)
                    .hasMessage(
                            "Could not determine what a binary property list starts: \"plutil -convert xml1 -o - -\" failed "
                                    + "(" + reason + ").");
        }
    }
}
