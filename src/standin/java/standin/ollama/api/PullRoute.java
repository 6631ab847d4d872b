package standin.ollama.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import standin.ollama.go.ApiError;
import standin.ollama.go.Digest;
import standin.ollama.go.ErrorFormat;
import standin.ollama.go.GoJson;
import standin.ollama.http.ClientDisconnected;
import standin.ollama.http.Exchange;
import standin.ollama.http.RequestBody;
import standin.ollama.model.ActiveFaults;
import standin.ollama.model.Catalogue;
import standin.ollama.model.CatalogueModel;
import standin.ollama.model.Faults;
import standin.ollama.model.ModelReference;
import standin.ollama.model.ModelStore;

/** Pulls models from the catalogue and reports progress without downloading anything. An interrupted pull is resumed. */
final class PullRoute {
    private static final int STEP_PERCENT = 10;
    private static final long TICK_MILLIS = 60;
    private static final long TEMPLATE_SIZE = 1_429;

    /** Holds one file of a model. */
    private record Layer(String digest, long size) {

        long at(int percent) {
            return Math.round(size * (percent / 100.0));
        }

        ObjectNode progress(long completed) {
            ObjectNode line = GoJson.object()
                    .put("status", "pulling " + digest.substring(0, 12))
                    .put("digest", "sha256:" + digest)
                    .put("total", size);
            return completed == 0 ? line : line.put("completed", completed);
        }
    }

    private final ModelStore store;
    private final Catalogue catalogue;
    private final ActiveFaults activeFaults;
    private final Map<String, Long> completed = new ConcurrentHashMap<>();

    PullRoute(ModelStore store, Catalogue catalogue, ActiveFaults activeFaults) {
        this.store = store;
        this.catalogue = catalogue;
        this.activeFaults = activeFaults;
    }

    void pull(Exchange exchange) throws ClientDisconnected {
        RequestBody body = RequestBody.parse(exchange.body(), ErrorFormat.NATIVE.emptyBody(), "api.PullRequest");
        String text = body.text("model").isEmpty() ? body.text("name") : body.text("model");
        ModelReference name = ModelReference.of(text);
        if (!body.flag("stream", true)) {
            try {
                pull(exchange, name, line -> {});
                exchange.plainJson(200, status("success"));
            } catch (ApiError e) {
                exchange.plainJson(e.status(), e.body(ErrorFormat.NATIVE));
            }
            return;
        }
        exchange.stream(Exchange.NDJSON);
        try {
            if (pull(exchange, name, line -> exchange.write(GoJson.line(line)))) {
                exchange.write(GoJson.line(status("success")));
            }
        } catch (ApiError e) {
            exchange.write(GoJson.line(e.body(ErrorFormat.NATIVE)));
        }
    }

    /** Receives the lines of a pull. */
    private interface Lines {
        void add(ObjectNode line) throws ClientDisconnected;
    }

    /** Pulls the model. Returns false if the pull was dropped; Ollama reports an {@link ApiError} inside its 200. */
    private boolean pull(Exchange exchange, ModelReference name, Lines lines) throws ClientDisconnected {
        lines.add(status("pulling manifest"));
        CatalogueModel model = catalogue
                .find(name)
                .orElseThrow(() -> new ApiError(500, "pull model manifest: file does not exist"))
                .named(name);
        Optional<ModelStore.Installed> before = store.find(name);
        boolean current = before.isPresent() && before.get().model().digest().equals(model.digest());
        long templateSize = Math.min(TEMPLATE_SIZE, model.size() / 2);
        List<Layer> layers = List.of(
                new Layer(model.digest(), model.size() - templateSize),
                new Layer(Digest.of("template of " + model.digest()), templateSize));
        for (Layer layer : layers) {
            if (current) {
                lines.add(layer.progress(layer.size()));
            } else if (!download(exchange, layer, layer.equals(layers.get(0)), lines)) {
                return false;
            }
        }
        lines.add(status("verifying sha256 digest"));
        lines.add(status("writing manifest"));
        store.add(model);
        layers.forEach(layer -> completed.remove(layer.digest()));
        lines.add(status("removing unused layers"));
        return true;
    }

    private boolean download(Exchange exchange, Layer layer, boolean largest, Lines lines) throws ClientDisconnected {
        Faults faults = activeFaults.current();
        TreeSet<Integer> stops = new TreeSet<>(
                List.of(faults.pullFailAtPercent(), faults.pullStallAtPercent(), faults.pullDropAtPercent()));
        for (int percent = STEP_PERCENT; percent <= 100; percent += STEP_PERCENT) {
            stops.add(percent);
        }
        long start = completed.getOrDefault(layer.digest(), 0L);
        lines.add(layer.progress(start));
        if (faults.diskFull()) {
            throw new ApiError(500, "write " + store.blob(layer.digest()) + "-partial: no space left on device");
        }
        for (int percent : stops.tailSet(1)) {
            long now = layer.at(percent);
            if (now > start) {
                exchange.pause(largest ? faults.pullDelayMillis() : 0);
                completed.put(layer.digest(), now);
                lines.add(layer.progress(now));
            }
            boolean faulty = largest && (now > start || faults.pullFaultsEveryTime());
            if (faulty && !continues(exchange, faults, layer, percent, lines)) {
                return false;
            }
        }
        return true;
    }

    /** Applies the faults for this percentage. Returns true if the pull continues. */
    private boolean continues(Exchange exchange, Faults faults, Layer layer, int percent, Lines lines)
            throws ClientDisconnected {
        if (percent == faults.pullStallAtPercent()) {
            while (true) {
                exchange.pause(TICK_MILLIS);
                lines.add(layer.progress(layer.at(percent)));
            }
        }
        if (percent == faults.pullFailAtPercent()) {
            throw new ApiError(500, "max retries exceeded: unexpected EOF");
        }
        if (percent == 50 && faults.crashOnPull()) {
            throw activeFaults.crash();
        }
        if (percent == 50 && faults.pullBackwards()) {
            lines.add(layer.progress(layer.at(30)));
        }
        return percent != faults.pullDropAtPercent();
    }

    private static ObjectNode status(String status) {
        return GoJson.object().put("status", status);
    }
}
