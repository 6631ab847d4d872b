package dev.aiserver.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiserver.net.Listener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In these cases Ollama is process 501 on port 11434. */
class EngineListenersTest {

    /** Each listener is written as: process, parent process, command, address and port. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            501 1 ollama 127.0.0.1:11434                                        | Passed  | no model is loaded
            501 1 ollama 127.0.0.1:11434, 502 501 ollama 127.0.0.1:11434        | Passed  | no model is loaded
            501 1 ollama 127.0.0.1:11434, 742 740 llama-ser 127.0.0.1:8080      | Passed  | no model is loaded
            503 501 llama-server 127.0.0.1:43533                                | Warned  | llama-server (pid 503) on 127.0.0.1:43533: this engine runs a loaded model and asks for no key, so any program, user or web page on this machine
            503 501 llama-ser 127.0.0.1:43533                                   | Warned  | llama-server (pid 503) on 127.0.0.1:43533: this engine runs a loaded model and asks for no key, so any program, user or web page on this machine
            503 501 llama-server [::1]:43533                                    | Warned  | llama-server (pid 503) on [::1]:43533
            503 501 ollama 127.0.0.1:43533                                      | Warned  | ollama runner (pid 503) on 127.0.0.1:43533: this engine runs a loaded model and asks for no key, so any program or user on this machine
            503 501 ollama_llama_se 127.0.0.1:43533                             | Warned  | ollama_llama_server (pid 503) on 127.0.0.1:43533: this engine runs a loaded model and asks for no key, so any program or user on this machine
            503 501 mlx_engin 127.0.0.1:43533                                   | Warned  | a child of Ollama (pid 503) on 127.0.0.1:43533: this engine runs a loaded model and asks for no key, so any program or user on this machine
            503 501 llama-server 127.0.0.1:1, 504 501 llama-server 127.0.0.1:2  | Warned  | llama-server (pid 503) on 127.0.0.1:1, llama-server (pid 504) on 127.0.0.1:2: each engine runs
            503 501 llama-server *:43533                                        | Failed  | llama-server (pid 503) on *:43533: other machines can reach the model without the proxy
            503 501 llama-server 192.168.1.5:43533                              | Failed  | llama-server (pid 503) on 192.168.1.5:43533: other machines
            503 501 ollama *:43533                                              | Failed  | ollama runner (pid 503) on *:43533: other machines
            503 501 llama-server 127.0.0.1:1, 504 501 llama-server *:2          | Failed  | llama-server (pid 504) on *:2: other machines
            """)
    void engineListenersAreClassified(String listeners, String kind, String evidence) {
        List<Listener> all = new ArrayList<>();
        for (String listener : listeners.split(", ", -1)) {
            String[] words = listener.split(" ", -1);
            int colon = words[3].lastIndexOf(':');
            all.add(new Listener(
                    Integer.parseInt(words[0]),
                    Integer.parseInt(words[1]),
                    words[2],
                    501,
                    words[3].substring(0, colon),
                    Integer.parseInt(words[3].substring(colon + 1))));
        }
        Outcome outcome = EngineListeners.among(all, 501, 11434).outcome();
        assertThat(outcome.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(outcome.toString()).contains("=" + evidence);
    }
}
