package dev.aiserver.models;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Query;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The disk for model downloads, and the space that all downloads together still need. */
public final class ModelDisk {
    private final Host host;
    private final Path folder;
    private final Map<String, Long> remaining = new HashMap<>();
    private final Map<String, Long> totals = new HashMap<>();

    public ModelDisk(Host host, ServerSpec spec) {
        this.host = host;
        String models = spec.ollamaEnvironment().getOrDefault("OLLAMA_MODELS", "");
        this.folder =
                models.startsWith("/") ? Path.of(models) : host.facts().home().resolve(".ollama/models");
    }

    /**
     * Records a download's progress. When a download turns out to be larger than known so far, checks that the disk has
     * space for the rest of all downloads. If the free space cannot be read, the check passes.
     *
     * @throws UserError if there is not enough space
     */
    synchronized void note(String model, long completed, long total) {
        remaining.put(model, Math.max(0, total - completed));
        Long before = totals.put(model, total);
        if (total == 0 || before != null && before >= total) {
            return;
        }
        long needed = remaining.values().stream().mapToLong(Long::longValue).sum();
        OptionalLong free = free();
        if (free.isPresent() && free.getAsLong() < needed) {
            remaining.remove(model);
            totals.remove(model);
            throw new UserError("not enough disk space: the downloads need %.2f GB more, but %s has %.2f GB free"
                    .formatted(needed / 1e9, folder, free.getAsLong() / 1e9));
        }
    }

    /** Removes a download that has finished or failed. */
    synchronized void ended(String model) {
        remaining.remove(model);
        totals.remove(model);
    }

    /** Reads the free space: the fourth column of the last line of POSIX {@code df -Pk}, in KiB. */
    private OptionalLong free() {
        CommandResult result =
                host.ask(Query.command(Command.of("df", "-Pk", existing(folder).toString())));
        String[] words = result.text().lines().reduce("", (first, last) -> last).split("\\s+");
        return result.succeeded() && words.length > 5 && words[3].matches("\\d{1,15}")
                ? OptionalLong.of(1024 * Long.parseLong(words[3]))
                : OptionalLong.empty();
    }

    private Path existing(Path path) {
        Path parent = path.getParent();
        return parent != null && host.ask(Query.stat(path)) instanceof FileState.Absent ? existing(parent) : path;
    }
}
