package dev.aiserver.standin;

import com.dd.plist.NSDictionary;
import com.dd.plist.NSObject;
import com.dd.plist.XMLPropertyListWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds a launchd agent for tests: a shell script and the property list that runs it. */
public final class Agent {
    /** Script that runs until it is stopped, and leaves nothing behind. */
    public static final String LONG_RUNNING = "trap 'exit 0' TERM; while :; do sleep 600 & wait $!; done";

    private final Path directory;
    private final String label;
    private final Map<String, Object> keys = new LinkedHashMap<>();

    /** Creates an agent that runs at load and is kept alive. */
    public Agent(Path directory, String label, String script) {
        this.directory = directory;
        this.label = label;
        keys.put("Label", label);
        keys.put("ProgramArguments", new Object[] {"/bin/sh", "-c", script, "sh"});
        keys.put("RunAtLoad", true);
        keys.put("KeepAlive", true);
    }

    public Agent with(String key, Object value) {
        keys.put(key, value);
        return this;
    }

    public Agent running(String... argv) {
        return with("ProgramArguments", new ArrayList<>(List.of(argv)).toArray());
    }

    public String label() {
        return label;
    }

    public Path plist() {
        return directory.resolve(label + ".plist");
    }

    /** Writes the property list with mode 0644. */
    public Agent written() {
        try {
            NSDictionary dictionary = new NSDictionary();
            keys.forEach((key, value) -> dictionary.put(key, NSObject.fromJavaObject(value)));
            XMLPropertyListWriter.write(dictionary, plist());
            Files.setPosixFilePermissions(plist(), PosixFilePermissions.fromString("rw-r--r--"));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
