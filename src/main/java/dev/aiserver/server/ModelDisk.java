package dev.aiserver.server;

import dev.aiserver.host.Command;
import dev.aiserver.host.CommandResult;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.UserError;
import dev.aiserver.spec.ServerSpec;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The disk that downloads go to, and what they still need of it together. */
public final class ModelDisk {
    private final Host host;
    private final Path folder;
    private final Map<String, Long> missing = new HashMap<>();
    private final Map<String, Long> totals = new HashMap<>();

    public ModelDisk(Host host, ServerSpec spec) {
        this.host = host;
        String models = spec.ollamaEnvironment().getOrDefault("OLLAMA_MODELS", "");
        this.folder =
                models.startsWith("/") ? Path.of(models) : host.facts().home().resolve(".ollama/models");
    }

    /**
     * Notes how far a download is. Whenever it turns out to be larger than was known, there must be room for what is
     * missing of all of them; where the disk cannot be asked, there is.
     *
     * @throws UserError when there is no room
     */
    synchronized void note(String model, long completed, long total) {
        missing.put(model, Math.max(0, total - completed));
        Long before = totals.put(model, total);
        if (total == 0 || before != null && before >= total) {
            return;
        }
        long needed = missing.values().stream().mapToLong(Long::longValue).sum();
        OptionalLong free = free();
        if (free.isPresent() && free.getAsLong() < needed) {
            missing.remove(model);
            totals.remove(model);
            throw new UserError("the disk is too small: the downloads need %.2f GB more and %s has %.2f GB free"
                    .formatted(needed / 1e9, folder, free.getAsLong() / 1e9));
        }
    }

    /** Forgets a download that has ended. */
    synchronized void ended(String model) {
        missing.remove(model);
        totals.remove(model);
    }

    /** The last line of POSIX {@code df -Pk}: its fourth word is what is free, in KiB. */
    private OptionalLong free() {
        CommandResult result =
                host.query(Command.of("df", "-Pk", existing(folder).toString()));
        String[] words = result.text().lines().reduce("", (first, last) -> last).split("\\s+");
        return result.succeeded() && words.length > 5 && words[3].matches("\\d{1,15}")
                ? OptionalLong.of(1024 * Long.parseLong(words[3]))
                : OptionalLong.empty();
    }

    private Path existing(Path path) {
        Path parent = path.getParent();
        return parent != null && host.file(path) instanceof FileState.Absent ? existing(parent) : path;
    }
}
