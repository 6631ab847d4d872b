package dev.aiserver.verify;

import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import dev.aiserver.net.HttpAnswer;
import dev.aiserver.net.HttpCall;
import dev.aiserver.net.HttpProbe;
import dev.aiserver.net.Listener;
import dev.aiserver.net.Lsof;
import dev.aiserver.plan.Receipt;
import dev.aiserver.resource.Job;
import dev.aiserver.service.JobStatus;
import dev.aiserver.service.LaunchctlPrint;
import dev.aiserver.service.Launchd;
import dev.aiserver.spec.ServerSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** The installed server that checks speak of. */
public record Subject(Host host, Launchd launchd, Receipt receipt, ServerSpec spec) {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    public Job job(String label) {
        return receipt.entries().stream()
                .map(Receipt.Entry::resource)
                .filter(Job.class::isInstance)
                .map(Job.class::cast)
                .filter(job -> job.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new Trouble(
                        "the receipt knows no job " + label + "; run \"aiserver install\" to put it right"));
    }

    /** What launchd says of a job of ours that runs. */
    public LaunchctlPrint running(String label) {
        if (launchd.status(label) instanceof JobStatus.Loaded loaded
                && loaded.print().isRunning()) {
            return loaded.print();
        }
        throw new Trouble("the job " + label + " does not run");
    }

    public int pid(String label) {
        return running(label).pid().orElseThrow();
    }

    public List<Listener> listeners() {
        return new Lsof(host)
                .listeners(List.of(spec.ollama().port(), spec.proxy().port()));
    }

    /** By the name that clients use, with the port as they send it. */
    public String clientHost() {
        return spec.name() + ":" + spec.proxy().port();
    }

    public HttpAnswer throughProxy(HttpCall call) throws IOException {
        return probe(receipt.address(), spec.proxy().port()).send(call);
    }

    public HttpAnswer fromOllama(String path) throws IOException {
        int port = spec.ollama().port();
        return probe("127.0.0.1", port).send(HttpCall.get(path, "127.0.0.1:" + port));
    }

    private static HttpProbe probe(String address, int port) {
        return new HttpProbe(new InetSocketAddress(address, port), TIMEOUT);
    }
}
