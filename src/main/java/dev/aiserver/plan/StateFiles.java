package dev.aiserver.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.aiserver.host.Complaint;
import dev.aiserver.host.Content;
import dev.aiserver.host.FileChange;
import dev.aiserver.host.FileState;
import dev.aiserver.host.Host;
import dev.aiserver.host.Trouble;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This program's own directory on a host, and the records that are kept in it as JSON. Only the user may read them. */
final class StateFiles {
    static final int FILE_MODE = 0600;
    private static final int DIRECTORY_MODE = 0700;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(Path.class, ToStringSerializer.instance))
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Host host;
    private final Path directory;

    StateFiles(Host host, Path directory) {
        this.host = host;
        this.directory = directory;
    }

    /** The same, by way of what a host was asked ahead. */
    StateFiles on(Host view) {
        return new StateFiles(view, directory);
    }

    Path directory() {
        return directory;
    }

    Path resolve(String name) {
        return directory.resolve(name);
    }

    /** Makes the directory if need be. */
    void ensure() {
        ensure(directory);
    }

    void ensure(Path path) {
        if (host.stat(path) instanceof FileState.Absent) {
            try {
                host.createDirectory(path, DIRECTORY_MODE);
            } catch (Trouble refused) {
                // Another process may have made it just now.
                if (!(host.stat(path) instanceof FileState.Directory)) {
                    throw refused;
                }
            }
        }
    }

    /** Reads a record of this or an older schema; there may be none. */
    <T> Optional<T> read(String name, int schema, Class<T> type, Upgrade upgrade) {
        if (!(host.file(resolve(name)) instanceof FileState.Regular regular)) {
            return Optional.empty();
        }
        try {
            JsonNode tree = JSON.readTree(regular.content().text());
            if (!tree.isObject()) {
                throw damaged(name, "it holds no JSON object");
            }
            int found = tree.path("schema").asInt();
            if (found > schema) {
                throw new Trouble("The file " + resolve(name) + " is of a newer aiserver (schema " + found
                        + "); use that version.");
            }
            return Optional.of(JSON.treeToValue(found < schema ? upgrade.from(tree) : tree, type));
        } catch (JsonProcessingException e) {
            throw damaged(name, Complaint.of(e.getOriginalMessage()));
        }
    }

    /** Makes a document of the current schema of one of an older schema. */
    @FunctionalInterface
    interface Upgrade {
        JsonNode from(JsonNode older);
    }

    void write(String name, Record record) {
        host.write(resolve(name), json(record), FILE_MODE);
    }

    FileChange writing(String name, Record record) {
        return new FileChange.Write(resolve(name), json(record), FILE_MODE);
    }

    /** Whether it was not there before; if it was, it stays. */
    boolean create(String name, Record record) {
        return host.create(resolve(name), json(record), FILE_MODE);
    }

    /** The same, with the directory if need be. */
    boolean createWithDirectory(String name, Record record) {
        List<FileChange> changes = new ArrayList<>();
        if (host.file(directory) instanceof FileState.Absent) {
            changes.add(new FileChange.CreateDirectory(directory, DIRECTORY_MODE));
        }
        changes.add(new FileChange.Create(resolve(name), json(record), FILE_MODE));
        List<Boolean> created = new ArrayList<>();
        host.changeAll(changes, created::add);
        return created.get(created.size() - 1);
    }

    private static Content json(Record record) {
        try {
            return Content.of(JSON.writeValueAsString(record) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records are plain data", e);
        }
    }

    Trouble damaged(String name, String reason) {
        return new Trouble(
                Trouble.Kind.DAMAGED,
                "The file " + resolve(name) + " cannot be used: " + reason
                        + ". \"aiserver uninstall\" goes by the known labels and paths instead, and leaves it where it is; "
                        + "to install anew, move the directory " + directory + " away.");
    }

    /** Removes a record, and the directory if nothing is left in it. */
    void remove(String name) {
        List<FileChange> changes = new ArrayList<>(List.of(new FileChange.Delete(resolve(name))));
        if (host.file(directory) instanceof FileState.Directory) {
            changes.add(new FileChange.Delete(directory));
        }
        host.changeAll(changes, made -> {});
    }

    /** Removes the directory, if nothing is in it. */
    void removeIfEmpty() {
        if (host.file(directory) instanceof FileState.Directory) {
            host.delete(directory);
        }
    }
}
