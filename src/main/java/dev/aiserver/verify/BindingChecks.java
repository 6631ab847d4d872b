package dev.aiserver.verify;

import dev.aiserver.net.Listener;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** That nothing listens where it should not, by lsof. */
final class BindingChecks {
    private static final String OLLAMA = "com.ollama";
    private static final String HAPROXY = "com.haproxy";

    private BindingChecks() {}

    /** Ollama listens on loopback addresses only. */
    record OllamaOnLoopback() implements Check {
        @Override
        public String id() {
            return "bindings.ollama";
        }

        @Override
        public String claim() {
            return "Ollama listens on loopback only";
        }

        @Override
        public Outcome prove(Subject subject) {
            return onlyOn(
                    subject,
                    OLLAMA,
                    Listener::isLoopback,
                    "run \"aiserver install\": its property list must say OLLAMA_HOST=127.0.0.1:"
                            + subject.spec().ollama().port());
        }
    }

    /** The proxy listens on the configured address only. */
    record ProxyOnItsAddress() implements Check {
        @Override
        public String id() {
            return "bindings.haproxy";
        }

        @Override
        public String claim() {
            return "HAProxy listens on its one address only";
        }

        @Override
        public Outcome prove(Subject subject) {
            String address = subject.receipt().address();
            int port = subject.spec().proxy().port();
            return onlyOn(
                    subject,
                    HAPROXY,
                    listener -> listener.address().equals(address) && listener.port() == port,
                    "run \"aiserver install\": haproxy.cfg must bind " + address + ":" + port + " and nothing else");
        }
    }

    private static Outcome onlyOn(Subject subject, String label, Predicate<Listener> expected, String fix) {
        int pid = subject.pid(label);
        List<Listener> listeners = subject.listeners().stream()
                .filter(listener -> listener.belongsTo(pid))
                .toList();
        if (listeners.isEmpty()) {
            return new Outcome.Failed("the process of " + label + " (pid " + pid + ") listens on nothing", fix);
        }
        return listeners.stream().allMatch(expected)
                ? new Outcome.Passed(names(listeners))
                : new Outcome.Failed(names(listeners), fix);
    }

    /** Nobody else listens on the ports, and the services run as this user. */
    record NobodyElse() implements Check {
        @Override
        public String id() {
            return "bindings.others";
        }

        @Override
        public String claim() {
            return "nobody else listens on these ports";
        }

        @Override
        public Outcome prove(Subject subject) {
            int uid = subject.host().facts().uid();
            int ollama = subject.pid(OLLAMA);
            int haproxy = subject.pid(HAPROXY);
            List<Listener> others = subject.listeners().stream()
                    .filter(listener ->
                            listener.uid() != uid || !(listener.belongsTo(ollama) || listener.belongsTo(haproxy)))
                    .toList();
            return others.isEmpty()
                    ? new Outcome.Passed("both services run as user id " + uid)
                    : new Outcome.Failed(names(others), "stop it if you know it; it answers instead of your server");
        }
    }

    private static String names(List<Listener> listeners) {
        return listeners.stream().map(Listener::toString).collect(Collectors.joining(", "));
    }
}
